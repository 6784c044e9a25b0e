"""Clients, and their tokens, which browsers store in the cookie `__client`."""

from __future__ import annotations

from clerk_emulator.domain.tokens import jwts
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import CLIENTS


def create_client(store: Store) -> Json:
    """Return a new client, which is signed out."""
    return store.create(
        CLIENTS,
        {
            "last_authentication_strategy": None,
            "sign_in_id": None,
            "sign_up_id": None,
            "last_active_session_id": None,
            "_rotating_token": store.ids.hex(),
            "_known_user_ids": [],
        },
    )


def rotate(store: Store, client: Json) -> Json:
    """Make the tokens of a client invalid, against session fixation, and return the client."""
    return store.update(CLIENTS, client, _rotating_token=store.ids.hex())


def create(store: Store, keys: Keys, client_id: str) -> str:
    """Return the token of a client. Raises ClerkAPIError for an unknown client."""
    client = store.require(CLIENTS, client_id)
    return jwts.sign(keys, {"id": client["id"], "rotating_token": client["_rotating_token"]})


def client_id_in(store: Store, keys: Keys, token: str) -> str | None:
    """Return the id of the client whose token this is; None if it is not valid, or no longer."""
    claims = jwts.read(keys, token) or {} if token else {}
    client = store.get(CLIENTS, str(claims.get("id")))
    return client["id"] if client and client["_rotating_token"] == claims.get("rotating_token") else None
