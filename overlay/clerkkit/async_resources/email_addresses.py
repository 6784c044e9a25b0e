"""Email addresses, under the names of Clerk Ex, too."""

from __future__ import annotations

from clerk_bapi.async_resources.email_addresses import AsyncEmailAddressesResource


class AsyncEmailAddresses(AsyncEmailAddressesResource):
    """The operations of `email_addresses`, and what makes them handy."""

    # The names of Clerk Ex.
    get_id = AsyncEmailAddressesResource.get
    delete_id = AsyncEmailAddressesResource.delete
