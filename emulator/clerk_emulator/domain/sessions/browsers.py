"""Browsers: how a request names its client.

In development, `clerk-js` gets the id of a development browser and sends it in the query (`__clerk_db_jwt`), because
browsers keep cookies from requests to other sites. Otherwise the client is in the cookie `__client`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clerk_emulator.domain.sessions import client_tokens
from clerk_emulator.domain.sessions.handshakes import cookie_suffix
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS, DEV_BROWSERS

DEV_BROWSER = "__clerk_db_jwt"
"""The name of the query parameter and of the cookie."""


@dataclass
class Browser:
    """A browser that sends a request."""

    store: Store
    dev_browser_id: str | None
    """The id of the development browser; None if it is unknown or not used."""
    client_id: str | None

    @property
    def client(self) -> Json | None:
        """The client as it is now, or None."""
        return self.store.get(CLIENTS, self.client_id) if self.client_id else None

    def ensure_client(self) -> Json:
        """Return the client. It is created if the browser has none."""
        client = self.client
        if client is None:
            client = client_tokens.create_client(self.store)
            self.client_id = client["id"]
            if self.dev_browser_id:
                row = self.store.require(DEV_BROWSERS, self.dev_browser_id)
                self.store.update(DEV_BROWSERS, row, _client_id=client["id"])
        return client

    def forget_client(self) -> None:
        """Separate the browser from its client; the client's tokens are no longer valid."""
        client = self.client
        if client is None:
            return
        client_tokens.rotate(self.store, client)
        self.client_id = None
        if self.dev_browser_id:
            row = self.store.require(DEV_BROWSERS, self.dev_browser_id)
            self.store.update(DEV_BROWSERS, row, _client_id=None)


def create_dev_browser(store: Store, client_id: str | None = None) -> str:
    """Return the id of a new development browser."""
    dev_browser_id: str = store.create(DEV_BROWSERS, {"_client_id": client_id})["id"]
    return dev_browser_id


def identify(store: Store, keys: Keys, query: Mapping[str, str], cookies: Mapping[str, str]) -> Browser:
    """Return the browser that a request names. It is unknown if the request names none, or one that does not exist."""
    if not keys.uses_dev_browsers:
        return Browser(store, None, client_tokens.client_id_in(store, keys, cookies.get("__client", "")))
    names = (f"{DEV_BROWSER}_{cookie_suffix(keys)}", DEV_BROWSER)
    named = query.get(DEV_BROWSER) or next((cookies[name] for name in names if cookies.get(name)), "")
    row = store.get(DEV_BROWSERS, named)
    return Browser(store, None, None) if row is None else Browser(store, row["id"], row["_client_id"])


def unauthenticated() -> ClerkAPIError:
    """Return the error for a request without a known development browser."""
    message = "The request must name a development browser that this instance knows, in __clerk_db_jwt."
    return ClerkAPIError(401, "dev_browser_unauthenticated", "browser unauthenticated", message)
