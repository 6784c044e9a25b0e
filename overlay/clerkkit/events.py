"""Every webhook event, and the models of their data: `from clerkkit.events import UserCreatedEvent`."""

from __future__ import annotations

from clerk_bapi.events import *  # noqa: F403
from clerk_bapi.events import __all__ as __all__


def __dir__() -> list[str]:
    return __all__
