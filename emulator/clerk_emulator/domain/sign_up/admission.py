"""Who may sign up: everybody, only invited people, or those on the waitlist."""

from __future__ import annotations

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store

_REFUSALS = {
    "restricted": ("sign_up_mode_restricted", "Only invited people can sign up."),
    "waitlist": ("sign_up_restricted_waitlist", "Only people who were invited from the waitlist can sign up."),
}


def require_admission(store: Store, ticket: Json | None) -> None:
    """Raise Clerk's 403 if the instance admits only invited people. `ticket` is the accepted invitation, if any."""
    mode = AUTHENTICATION.value(store, "sign_up_mode")
    if mode in _REFUSALS and ticket is None:
        code, message = _REFUSALS[mode]
        raise ClerkAPIError(403, code, "access restricted", message)
