"""Every model of the Backend API: `from clerkkit.models import User`. Models are imported when they are first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clerk_bapi import models as _models
from clerk_bapi.models import __all__ as __all__

if TYPE_CHECKING:
    from clerk_bapi.models import *  # noqa: F403  # imported lazily below

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(_models, name)

    def __dir__() -> list[str]:
        return __all__
