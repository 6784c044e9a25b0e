"""The user's sessions in all browsers."""

from __future__ import annotations

from clerk_emulator.domain.sessions import session_activities, session_lifecycle
from clerk_emulator.domain.sessions.session_lifecycle import OPEN
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.access import require_verified_user
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.sessions import serialize_session
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import SESSIONS

_BASE = ("object", "id", "status", "expire_at", "abandon_at", "last_active_at", "actor", "tasks")


@frontend_operation("getSessions")
def list_active_sessions(call: BrowserCall) -> list[Json]:
    return [
        {
            **{name: session.get(name) for name in _BASE},
            "latest_activity": session_activities.serialize(session["_activity"]),
        }
        for session in _sessions(call, SESSIONS.c.status.in_(OPEN))
    ]


@frontend_operation("getUsersSessions")
def list_sessions(call: BrowserCall) -> list[Json]:
    return [{**serialize_session(call, session), "last_active_token": None} for session in _sessions(call)]


@frontend_operation("revokeSession")
def revoke_session(call: BrowserCall) -> Json:
    own = SESSIONS.c.user_id == require_verified_user(call)["id"]
    session_lifecycle.expire(call.store)
    session = call.store.require(SESSIONS, call.path["session_id"], own)
    if session["status"] not in OPEN:
        message = f"Session {session['id']} is {session['status']}."
        raise ClerkAPIError(400, "invalid_action_for_session", "has ended", message)
    return {**serialize_session(call, session_lifecycle.revoke(call.store, session)), "last_active_token": None}


def _sessions(call: BrowserCall, *where: Where) -> list[Json]:
    """Return the user's sessions, the newest first."""
    user = call.require_user()
    return call.store.all(SESSIONS, SESSIONS.c.user_id == user["id"], *where, order=SESSIONS.newest_first)
