"""Handshakes: a browser returns from the Frontend API with a nonce, which a server exchanges for cookies."""

from __future__ import annotations

import base64
import hashlib

from clerk_emulator import errors
from clerk_emulator.call import Call
from clerk_emulator.domain import session_lifecycle, session_tokens
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import SESSIONS

HANDSHAKES = ResourceTable("handshake", "hsn", owners={"session_id": "session"})

_LIFETIME = 60_000
"""Milliseconds in which a nonce can be exchanged, any number of times. Our choice."""

_ATTRIBUTES = "Path=/; Secure; SameSite=Lax"
_MAX_AGE = "Max-Age=315360000"


def start(store: Store, session_id: str | None) -> str:
    """Return the nonce of a new handshake. Without a session it is that of a browser that is signed out.

    Raises ClerkAPIError for an unknown session.
    """
    if session_id is not None:
        store.require(SESSIONS, session_id)
    store.delete(HANDSHAKES, HANDSHAKES.c.created_at <= store.clock.now() - _LIFETIME)
    nonce: str = store.create(HANDSHAKES, {"id": store.ids.hex(), "_session_id": session_id})["id"]
    return nonce


def cookies(call: Call, nonce: str) -> list[str]:
    """Return the cookies for a nonce, as values of `Set-Cookie`. Raises Clerk's 404 if it is unknown or expired."""
    handshake = call.store.get(HANDSHAKES, nonce)
    if handshake is None or handshake["created_at"] + _LIFETIME <= call.clock.now():
        raise errors.not_found("handshake", nonce)
    session_lifecycle.expire(call.store)
    session = call.store.get(SESSIONS, handshake["_session_id"] or "")
    if session is None or session["status"] not in session_lifecycle.OPEN:
        signed_in_at = 0
        session_cookie = f"__session{{}}=; {_ATTRIBUTES}; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    else:
        signed_in_at = session["created_at"] // 1000
        token = session_tokens.create(call.store, call.keys, session)
        session_cookie = f"__session{{}}={token}; {_ATTRIBUTES}; {_MAX_AGE}"
    client_cookie = f"__client_uat{{}}={signed_in_at}; {_ATTRIBUTES}; {_MAX_AGE}"
    suffixes = ("", f"_{cookie_suffix(call.keys)}")
    return [cookie.format(suffix) for cookie in (client_cookie, session_cookie) for suffix in suffixes]


def cookie_suffix(keys: Keys) -> str:
    """Return the suffix of cookie names that distinguishes instances on the same host."""
    digest = hashlib.sha1(keys.publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode()[:8]
