"""Other names of methods. They work, and stay out of `dir()`, so that a prompt completes one name for each operation.

Type checkers see them declared: a class declares them under `TYPE_CHECKING`, and takes its `__getattr__` from here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def aliases(**names: str) -> Callable[[Any, str], Any]:
    """Return the `__getattr__` of a class in which each of these names stands for the attribute that it is set to."""

    def find(self: Any, name: str) -> Any:
        if name not in names:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self, names[name])

    return find
