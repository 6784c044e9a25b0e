"""Change settings of the instance, which Clerk's dashboard has and no operation of the Backend API."""

from __future__ import annotations

from typing import Any

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION


def change(emulator: Emulator, **changes: Any) -> None:
    """Change how people sign in and up."""
    with emulator._state.store.transaction():
        AUTHENTICATION.update(emulator._state.store, **changes)


def change_attribute(emulator: Emulator, name: str, **changes: Any) -> None:
    """Change an attribute of users, such as whether it is required."""
    store = emulator._state.store
    with store.transaction():
        ATTRIBUTES.update(store, **{name: {**ATTRIBUTES.read(store)[name], **changes}})
