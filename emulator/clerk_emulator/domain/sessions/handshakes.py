"""Handshakes: the Frontend API tells a server, by way of the browser, which cookies the browser needs."""

from __future__ import annotations

import base64
import hashlib

from clerk_emulator import errors
from clerk_emulator.domain.sessions import session_lifecycle, session_tokens
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.storage.tables import SESSIONS

HANDSHAKES = ResourceTable("handshake", "hsn", owners={"session_id": "session"})

_LIFETIME = 60_000
"""Milliseconds in which a nonce can be exchanged, any number of times. Our choice."""

_MAX_AGE = "Max-Age=315360000"
_DELETED = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def start(store: Store, session_id: str | None, *, dev_browser_id: str | None = None, origin: str | None = None) -> str:
    """Return the nonce of a new handshake. Without a session it is that of a browser that is signed out.

    `dev_browser_id` and `origin` are as for `cookies`. Raises ClerkAPIError for an unknown session.
    """
    if session_id is not None:
        store.require(SESSIONS, session_id)
    store.delete(HANDSHAKES, HANDSHAKES.c.created_at <= store.clock.now() - _LIFETIME)
    row = {"id": store.ids.hex(), "_session_id": session_id, "_dev_browser_id": dev_browser_id, "_origin": origin}
    nonce: str = store.create(HANDSHAKES, row)["id"]
    return nonce


def exchange(store: Store, keys: Keys, nonce: str) -> list[str]:
    """Return the cookies for a nonce, as values of `Set-Cookie`. Raises Clerk's 404 if it is unknown or expired."""
    handshake = store.get(HANDSHAKES, nonce)
    if handshake is None or handshake["created_at"] + _LIFETIME <= store.clock.now():
        raise errors.not_found("handshake", nonce)
    session = store.get(SESSIONS, handshake["_session_id"] or "")
    return cookies(store, keys, session, dev_browser_id=handshake["_dev_browser_id"], origin=handshake["_origin"])


def cookies(
    store: Store, keys: Keys, session: Json | None, *, dev_browser_id: str | None = None, origin: str | None = None
) -> list[str]:
    """Return the cookies of a browser with a session, as values of `Set-Cookie`; those of one that is signed out.

    Each cookie is set with and without the suffix of the instance. `origin` is that of the application: its pages can
    be loaded without TLS on this machine, and then its cookies are not `Secure`.
    """
    session_lifecycle.expire(store)
    session = session and store.get(SESSIONS, session["id"])
    attributes = _attributes(origin)
    suffix = f"_{cookie_suffix(keys)}"
    suffixes = ("", suffix)
    if session is None or session["status"] not in session_lifecycle.OPEN:
        found = [f"__client_uat{end}=0; {attributes}; {_MAX_AGE}" for end in suffixes]
        found += [f"__session{end}=; {attributes}; {_DELETED}" for end in suffixes]
        found.append(f"__refresh{suffix}=; {attributes}; HttpOnly; {_DELETED}")
    else:
        token = session_tokens.create(store, keys, session, origin=origin)
        signed_in_at = session["created_at"] // 1000
        found = [f"__client_uat{end}={signed_in_at}; {attributes}; {_MAX_AGE}" for end in suffixes]
        found += [f"__session{end}={token}; {attributes}; {_MAX_AGE}" for end in suffixes]
        # The attributes of this cookie are our choice. Scripts have no use for it.
        found.append(f"__refresh{suffix}={session['_refresh_token']}; {attributes}; HttpOnly; {_MAX_AGE}")
    if dev_browser_id is not None:
        found += [f"__clerk_db_jwt{end}={dev_browser_id}; {attributes}; {_MAX_AGE}" for end in suffixes]
    return found


def session_cookies(keys: Keys, token: str, origin: str) -> list[str]:
    """Return the cookies with a new session token, for pages of an origin."""
    attributes = _attributes(origin)
    return [f"__session{suffix}={token}; {attributes}" for suffix in ("", f"_{cookie_suffix(keys)}")]


def token(keys: Keys, directives: list[str]) -> str:
    """Return a token that contains cookies, which servers can read without a request."""
    return jwts.sign(keys, {"handshake": directives})


def cookie_suffix(keys: Keys) -> str:
    """Return the suffix of cookie names that distinguishes instances on the same host."""
    digest = hashlib.sha1(keys.publishable_key.encode(), usedforsecurity=False).digest()
    return base64.urlsafe_b64encode(digest).decode()[:8]


def _attributes(origin: str | None) -> str:
    insecure = origin is not None and origin.startswith("http://")
    return "Path=/; SameSite=Lax" if insecure else "Path=/; Secure; SameSite=Lax"
