"""Devices that users trust."""

from __future__ import annotations

from clerk_emulator import errors
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


def revoke(store: Store, user: Json, device_id: str) -> Json:
    """Revoke a trusted device of a user, and return it. Nothing happens if it is revoked. Raises Clerk's 404."""
    devices: list[Json] = user["_trusted_devices"]
    device = next((one for one in devices if one["id"] == device_id), None)
    if device is None:
        raise errors.not_found("trusted device", device_id)
    if device["status"] != "active":
        return device
    now = store.clock.now()
    revoked = {**device, "status": "revoked", "revoked_at": now, "updated_at": now}
    store.update(USERS, user, _trusted_devices=[revoked if one is device else one for one in devices])
    return revoked
