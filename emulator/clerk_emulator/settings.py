"""The settings of the instance: named sections, each a JSON object that a group declares with its defaults."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from clerk_emulator.errors import Json
from clerk_emulator.store import Store


@dataclass(frozen=True)
class Section:
    """Settings that belong together. They are kept from the first change on; until then they are the defaults."""

    name: str
    defaults: Json

    def read(self, store: Store) -> Json:
        """The settings as they are."""
        return {**copy.deepcopy(self.defaults), **(store.setting(self.name) or {})}

    def change(self, store: Store, **changes: Any) -> Json:
        """Keep changed settings; those that are not named stay. Returns all of them."""
        changed = {**self.read(store), **changes}
        store.set(self.name, changed)
        return changed


USER_SETTINGS = Section(
    "user_settings",
    {
        "banning": True,
        "lockout": True,
        "lockout_attempts": 10,
        "lockout_seconds": 3600,
        "passwords": True,
        "totp": True,
        "backup_codes": True,
        "create_organizations_limit": 100,
        "session_seconds": 7 * 24 * 3600,
        "test_mode": True,
    },
)
"""What the dashboard of a real Clerk sets, and no operation of the Backend API does."""
