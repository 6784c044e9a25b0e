"""A Clerk that runs on your machine: Clerk's Backend API, answered from state of its own, for development and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clerk_emulator.errors import Refusal
    from clerk_emulator.http.app import create_app
    from clerk_emulator.server import Emulator
    from clerk_emulator.state import State
    from clerk_emulator.storage.store import InUseError

__all__ = ["Emulator", "InUseError", "Refusal", "State", "create_app"]

_HOMES = {
    "Emulator": "server",
    "InUseError": "storage.store",
    "Refusal": "errors",
    "State": "state",
    "create_app": "http.app",
}


def __getattr__(name: str) -> Any:
    # The pytest plugin is loaded in every run of pytest; a server is not needed in each.
    if name in _HOMES:
        import importlib

        try:
            home = importlib.import_module(f"clerk_emulator.{_HOMES[name]}")
        except ModuleNotFoundError as missing:
            raise ImportError(f'clerk_emulator needs {missing.name}: pip install "clerkkit[emulator]"') from missing
        return getattr(home, name)
    raise AttributeError(f"module 'clerk_emulator' has no attribute {name!r}")
