"""Email addresses, with the method names of Clerk Ex."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_bapi.resources.email_addresses import AsyncEmailAddressesResource, EmailAddressesResource
from clerk_core.public_dir import aliases


class EmailAddresses(EmailAddressesResource):
    """The operations of `email_addresses`."""

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = EmailAddressesResource.get
        delete_id = EmailAddressesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")


class AsyncEmailAddresses(AsyncEmailAddressesResource):
    """The operations of `email_addresses`."""

    # The method names of Clerk Ex.
    if TYPE_CHECKING:
        get_id = AsyncEmailAddressesResource.get
        delete_id = AsyncEmailAddressesResource.delete
    else:
        __getattr__ = aliases(get_id="get", delete_id="delete")
