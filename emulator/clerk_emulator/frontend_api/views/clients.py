"""Clients."""

from __future__ import annotations

from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.domain.sign_in.attempts import abandon_if_idle
from clerk_emulator.domain.sign_up.attempts import SIGN_UPS
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.views.sessions import serialize_session
from clerk_emulator.frontend_api.views.sign_ins import serialize_sign_in
from clerk_emulator.frontend_api.views.sign_ups import serialize_sign_up
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import SESSIONS, SIGN_INS

_LISTED = ("active", "pending", "ended")
"""The status of the sessions that a client has. Signing out removes a session from it."""

_CLOSED = ("complete", "abandoned")
"""The status of the sign-ins and sign-ups that a client has no longer."""


def serialize_client(call: BrowserCall, client: Json) -> Json:
    """Return a client with its sessions, and the sign-in and sign-up that it has begun."""
    session_lifecycle.expire(call.store)
    sessions = call.store.all(SESSIONS, SESSIONS.c.client_id == client["id"], SESSIONS.c.status.in_(_LISTED))
    sign_in = call.store.get(SIGN_INS, client["sign_in_id"] or "")
    if sign_in is not None:
        sign_in = abandon_if_idle(call.store, sign_in)
    sign_up = call.store.get(SIGN_UPS, client["sign_up_id"] or "")
    return {
        "object": "client",
        "id": client["id"],
        "sessions": [serialize_session(call, session) for session in sessions],
        "sign_in": serialize_sign_in(call, sign_in) if sign_in and sign_in["status"] not in _CLOSED else None,
        "sign_up": serialize_sign_up(call, sign_up) if sign_up and sign_up["status"] not in _CLOSED else None,
        "last_active_session_id": client["last_active_session_id"],
        "last_authentication_strategy": client["last_authentication_strategy"],
        "cookie_expires_at": None,
        # Lets tests sign up without a captcha, which this instance never asks for.
        "captcha_bypass": True,
        "created_at": client["created_at"],
        "updated_at": client["updated_at"],
    }
