"""Reverifications of sessions."""

from __future__ import annotations

from clerk_emulator.domain.contacts import verification_codes
from clerk_emulator.domain.reverification import attempts, factors
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.views.sessions import serialize_session
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import USERS


def serialize_reverification(call: BrowserCall, session: Json) -> Json:
    """Return the reverification of a session, with the factors that the user can choose from."""
    store, state = call.store, attempts.state_of(session)
    user = store.require(USERS, session["user_id"])
    return {
        "object": "session_reverification",
        "level": state["level"],
        "status": state["status"],
        "supported_first_factors": factors.first_factors(store, user),
        "supported_second_factors": factors.second_factors(store, user) or None,
        "first_factor_verification": verification_codes.serialize(store, state["first"]),
        "second_factor_verification": verification_codes.serialize(store, state["second"]),
        "session": serialize_session(call, session),
    }
