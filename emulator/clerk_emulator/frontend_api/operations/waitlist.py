"""The waitlist of the instance."""

from __future__ import annotations

from clerk_emulator.domain.invitations import waitlist
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import AUTHENTICATION


@frontend_operation("joinWaitlist")
def join_waitlist(call: BrowserCall) -> Json:
    if AUTHENTICATION.value(call.store, "sign_up_mode") != "waitlist":
        message = "This instance has no waitlist."
        raise ClerkAPIError(403, "waitlist_not_accepting_entries", "not accepted", message)
    entry = waitlist.join(call.store, call.body["email_address"])
    return {"object": entry["object"], "id": entry["id"]}
