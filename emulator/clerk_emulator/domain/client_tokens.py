"""Tokens of clients, which browsers store in the cookie `__client`."""

from __future__ import annotations

from clerk_emulator.domain import jwts
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS


def create(store: Store, keys: Keys, client_id: str) -> str:
    """Return the token of a client. Raises ClerkAPIError for an unknown client."""
    client = store.require(CLIENTS, client_id)
    return jwts.sign(keys, {"id": client["id"], "rotating_token": store.ids.hex()})
