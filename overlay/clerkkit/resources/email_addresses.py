"""Email addresses, under the names of Clerk Ex, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.email_addresses import EmailAddressesResource
from clerkkit.aliases import aliases


class EmailAddresses(EmailAddressesResource):
    """The operations of `email_addresses`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = EmailAddressesResource.get
        delete_id = EmailAddressesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")
