"""`@deprecated` for editors and type checkers (PEP 702), at no cost and without noise at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import deprecated as deprecated
else:
    T = TypeVar("T")

    def deprecated(message: str) -> Callable[[T], T]:
        """Keep the message where `warnings.deprecated` keeps it."""

        def mark(thing: T) -> T:
            thing.__deprecated__ = message
            return thing

        return mark
