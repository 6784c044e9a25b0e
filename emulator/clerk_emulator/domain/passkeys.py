"""Passkeys of users."""

from __future__ import annotations

from clerk_emulator.domain.user_accounts import update_user
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import IDENTIFICATIONS, USERS


def add(store: Store, user_id: str, name: str) -> Json:
    """Add a passkey to a user, and return it."""
    user = store.require(USERS, user_id)
    verification = {
        "object": "verification_passkey",
        "status": "verified",
        "strategy": "passkey",
        "attempts": None,
        "expire_at": None,
    }
    data = {"object": "passkey", "name": name, "last_used_at": store.clock.now(), "verification": verification}
    row = store.create(IDENTIFICATIONS, {**data, "_user_id": user_id})
    update_user(store, user)
    return row
