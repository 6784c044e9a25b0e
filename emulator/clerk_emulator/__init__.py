"""A local Clerk for development and tests: an emulator of Clerk's Backend API with its own state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clerk_emulator.emulator import Emulator
    from clerk_emulator.errors import ClerkAPIError
    from clerk_emulator.http.app import create_app
    from clerk_emulator.request.state import State
    from clerk_emulator.seeding.load import create_state
    from clerk_emulator.storage.store import InUseError

__all__ = ["ClerkAPIError", "Emulator", "InUseError", "State", "create_app", "create_state"]

_MODULES = {
    "ClerkAPIError": "errors",
    "Emulator": "emulator",
    "InUseError": "storage.store",
    "State": "request.state",
    "create_app": "http.app",
    "create_state": "seeding.load",
}


def __getattr__(name: str) -> Any:
    # Imported on first use, so that importing the package does not need the extra.
    if name in _MODULES:
        import importlib

        try:
            module = importlib.import_module(f"clerk_emulator.{_MODULES[name]}")
        except ModuleNotFoundError as error:
            raise ImportError(f'clerk_emulator needs {error.name}: pip install "clerkkit[emulator]"') from error
        return getattr(module, name)
    raise AttributeError(f"module 'clerk_emulator' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
