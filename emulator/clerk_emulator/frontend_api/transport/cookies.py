"""Cookies of the Frontend API, for browsers that do not name a development browser."""

from __future__ import annotations

from urllib.parse import urlsplit

from clerk_emulator.domain.sessions import client_tokens
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store

_YEARS = "Max-Age=315360000"


def of_client(store: Store, keys: Keys, client: Json, origin: str, *, signed_in: bool) -> tuple[str, ...]:
    """Return the cookies that keep a client: its token for this host, and since when it is signed in for all hosts.

    `origin` is that of the request's URL. In development, the page can be at another site than the Frontend API, which
    then needs https.
    """
    token = client_tokens.create(store, keys, client["id"])
    updated = client["updated_at"] // 1000 if signed_in else 0
    secure = origin.startswith("https://")
    same_site = "None" if secure and not keys.is_production else "Lax"
    attributes = f"Path=/; SameSite={same_site}; {_YEARS}" + ("; Secure" if secure else "")
    return (
        f"__client={token}; {attributes}; HttpOnly",
        f"__client_uat={updated}; {attributes}{_domain(urlsplit(origin).hostname or '')}",
    )


def _domain(host: str) -> str:
    """Return the attribute that shares a cookie with the hosts beside one, such as the application's."""
    parent = host.partition(".")[2]
    # Browsers refuse a cookie for a whole top-level domain, such as localhost.
    is_shared = "." in parent and not host.replace(".", "").isdigit()
    return f"; Domain={parent}" if is_shared else ""
