"""Email addresses, under the names of Clerk Ex, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.email_addresses import AsyncEmailAddressesResource
from clerkkit.aliases import aliases


class AsyncEmailAddresses(AsyncEmailAddressesResource):
    """The operations of `email_addresses`, and what makes them handy."""

    # The names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncEmailAddressesResource.get
        delete_id = AsyncEmailAddressesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")
