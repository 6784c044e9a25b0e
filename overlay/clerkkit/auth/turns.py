"""One at a time, in this process and loop: a lock that is made anew after a fork and, for async, in another loop."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

L = TypeVar("L")


class Turns(Generic[L]):
    """Holds the lock. Two loops that take turns with one object at the same time may each fetch once."""

    def __init__(self, made: Callable[[], L], where: Callable[[], Hashable]) -> None:
        self._made = made
        self._where = where
        self._current: dict[Hashable, L] = {}

    def lock(self) -> L:
        """The lock to take."""
        where = self._where()
        found = self._current.get(where)
        if found is None:
            # A lock of another process or loop can be held for ever. The first one to get here is the one for all.
            found = self._current.setdefault(where, self._made())
            self._current = {where: found}
        return found
