"""Devices that users trust."""

from __future__ import annotations

from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS


def add(store: Store, user_id: str, app_identifier: str, platform: str, name: str | None) -> Json:
    """Add a trusted device to a user, and return it."""
    user = store.require(USERS, user_id)
    now = store.clock.now()
    device = {
        "object": "trusted_device",
        "id": store.ids.new("tdev"),
        "app_identifier": app_identifier,
        "platform": platform,
        "name": name,
        "algorithm": "ES256",
        "status": "active",
        "last_used_at": None,
        "revoked_at": None,
        "created_at": now,
        "updated_at": now,
    }
    store.update(USERS, user, _trusted_devices=[*user["_trusted_devices"], device])
    return device
