"""Email addresses, under the names of Clerk Ex, too."""

from __future__ import annotations

from clerk_bapi.resources.email_addresses import EmailAddressesResource


class EmailAddresses(EmailAddressesResource):
    """The operations of `email_addresses`, and what makes them handy."""

    # The names of Clerk Ex.
    get_id = EmailAddressesResource.get
    delete_id = EmailAddressesResource.delete
