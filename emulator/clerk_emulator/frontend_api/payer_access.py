"""Who a request about billing is for: the user, or an organization whose billing the user may see or manage."""

from __future__ import annotations

from clerk_emulator.domain.billing import payers
from clerk_emulator.domain.billing.catalog.settings import require_on
from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.domain.organizations.roles import MANAGE_BILLING, READ_BILLING
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json


def reading_owner(call: BrowserCall) -> str:
    """Return the id of the user or organization whose billing is read. Raises ClerkAPIError."""
    return _owner(call, READ_BILLING)


def managing_owner(call: BrowserCall) -> str:
    """Return the id of the user or organization whose billing is changed. Raises ClerkAPIError."""
    return _owner(call, MANAGE_BILLING)


def reading_payer(call: BrowserCall) -> Json:
    """Return the payer whose billing is read. Raises ClerkAPIError."""
    return payers.of_owner(call.store, reading_owner(call))


def managing_payer(call: BrowserCall) -> Json:
    """Return the payer whose billing is changed. Raises ClerkAPIError."""
    return payers.of_owner(call.store, managing_owner(call))


def _owner(call: BrowserCall, permission: str) -> str:
    of_organization = "organizationID" in call.path
    owner = require_member(call, permission).organization if of_organization else call.require_user()
    require_on(call.store, "org" if of_organization else "user")
    settle(call.store)
    return str(owner["id"])
