"""Handshakes: a browser returns from the frontend with a nonce, which a server exchanges for cookies."""

from __future__ import annotations

import base64
import hashlib

from clerk_emulator import errors
from clerk_emulator.domain import session_rules, signed_tokens
from clerk_emulator.request.call import Call
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Kind, Store
from clerk_emulator.storage.tables import SESSIONS

HANDSHAKES = Kind("handshake", "hsn", owners={"session_id": "session"})

_LIFETIME = 60_000
"""Milliseconds in which a nonce can be exchanged, as often as one likes: the choice of this emulator."""

_ATTRIBUTES = "Path=/; Secure; SameSite=Lax"
_TEN_YEARS = "Max-Age=315360000"


def start(store: Store, session_id: str | None) -> str:
    """Return the nonce of a new handshake; without a session, of a browser where nobody is signed in.

    Raises Refusal for a session that does not exist.
    """
    if session_id is not None:
        store.need(SESSIONS, session_id)
    store.delete(HANDSHAKES, HANDSHAKES.c.created_at <= store.clock.now() - _LIFETIME)
    nonce: str = store.create(HANDSHAKES, {"id": store.ids.hex(), "_session_id": session_id})["id"]
    return nonce


def cookies(call: Call, nonce: str) -> list[str]:
    """Return the cookies for a nonce, as values of `Set-Cookie`. Raises Clerk's 404 if it is unknown or expired."""
    handshake = call.store.get(HANDSHAKES, nonce)
    if handshake is None or handshake["created_at"] + _LIFETIME <= call.clock.now():
        raise errors.not_found("handshake", nonce)
    session_rules.expire(call.store)
    session = call.store.get(SESSIONS, handshake["_session_id"] or "")
    if session is None or session["status"] != "active":
        signed_in_at, kept = 0, f"__session{{}}=; {_ATTRIBUTES}; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    else:
        token = signed_tokens.session_token(call.store, call.keys, session)
        signed_in_at, kept = session["created_at"] // 1000, f"__session{{}}={token}; {_ATTRIBUTES}; {_TEN_YEARS}"
    told = f"__client_uat{{}}={signed_in_at}; {_ATTRIBUTES}; {_TEN_YEARS}"
    return [cookie.format(suffix) for cookie in (told, kept) for suffix in ("", f"_{_suffix(call.keys)}")]


def _suffix(keys: Keys) -> str:
    """Return the suffix of cookie names that distinguishes instances on the same host."""
    digest = hashlib.sha1(keys.publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode()[:8]
