"""Sessions."""

from __future__ import annotations

from clerk_emulator.domain.sessions import factor_ages, session_tokens
from clerk_emulator.domain.sessions.session_lifecycle import OPEN
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.views.users import public_user_data, serialize_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import USERS


def serialize_session(call: BrowserCall, session: Json) -> Json:
    """Return a session with its user and, unless it has ended, a new token."""
    user = call.store.require(USERS, session["user_id"])
    has_token = session["status"] in OPEN
    return {
        "object": "session",
        "id": session["id"],
        "status": session["status"],
        "expire_at": session["expire_at"],
        "abandon_at": session["abandon_at"],
        "last_active_at": session["last_active_at"],
        "last_active_organization_id": session["last_active_organization_id"],
        "last_active_token": {"object": "token", "jwt": create_token(call, session)} if has_token else None,
        "actor": session.get("actor"),
        "tasks": session.get("tasks"),
        "factor_verification_age": factor_ages.of_session(call.store, session),
        "user": serialize_user(call, user),
        "public_user_data": public_user_data(call, user, session.get("_identifier")),
        "created_at": session["created_at"],
        "updated_at": session["updated_at"],
    }


def create_token(call: BrowserCall, session: Json) -> str:
    """Return a new token of a session, for the page that sends the request."""
    return session_tokens.create(call.store, call.keys, session, origin=call.origin)
