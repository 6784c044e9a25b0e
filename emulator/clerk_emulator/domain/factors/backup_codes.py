"""Backup codes: second factors of which each can be used once."""

from __future__ import annotations

from clerk_emulator.json_types import Json
from clerk_emulator.storage.settings import ATTRIBUTES, USER_SETTINGS
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import USERS

COUNT = 10
_DIGITS = 8


def are_enabled(store: Store) -> bool:
    """Return whether users of the instance can have backup codes."""
    return bool(USER_SETTINGS.value(store, "backup_codes") and ATTRIBUTES.value(store, "backup_code")["enabled"])


def replace(store: Store, user: Json) -> tuple[Json, list[str]]:
    """Replace the backup codes of a user. Return the user and the codes, which are shown only once."""
    codes = [store.ids.hex(_DIGITS) for _ in range(COUNT)]
    return store.update(USERS, user, _backup_codes=codes), codes


def give_first(store: Store, user: Json) -> tuple[Json, list[str] | None]:
    """Give backup codes to a user who has just set up a second factor, and has none. Return the user and the codes."""
    if user["_backup_codes"] or not are_enabled(store):
        return user, None
    return replace(store, user)
