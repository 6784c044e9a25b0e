"""Passkeys of users."""

from __future__ import annotations

from clerk_emulator.domain import identifications, messages, verification_codes
from clerk_emulator.domain.user_accounts import delete_identification, update_user
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
        "expire_at": store.clock.now() + verification_codes.LIFETIME,
    }
    data = {"object": "passkey", "name": name, "last_used_at": store.clock.now(), "verification": verification}
    row = store.create(IDENTIFICATIONS, {**data, "_user_id": user_id})
    update_user(store, user)
    return row


def delete(store: Store, user: Json, passkey_id: str) -> Json:
    """Delete a passkey of a user, tell the user by email, and return the deleted object. Raises Clerk's 404."""
    row = identifications.require(store, "passkey", passkey_id, user["id"])
    deleted = delete_identification(store, user, row)
    messages.notify_user(store, user["id"], "passkey_removed")
    return deleted


def rename(store: Store, user: Json, passkey_id: str, name: str) -> Json:
    """Change the name of a passkey of a user, and return it. Raises Clerk's 404."""
    row = store.update(IDENTIFICATIONS, identifications.require(store, "passkey", passkey_id, user["id"]), name=name)
    update_user(store, user)
    return row
