"""Aliases of methods, left out of `dir()` so that completion offers one name for each operation.

A class declares its aliases under `TYPE_CHECKING` for type checkers, and gets its `__getattr__` from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def aliases(**names: str) -> Callable[[Any, str], Any]:
    """Return a `__getattr__` for a class: with `aliases(old="new")`, the attribute `old` is `new`."""

    def find(self: Any, name: str) -> Any:
        if name not in names:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self, names[name])

    return find
