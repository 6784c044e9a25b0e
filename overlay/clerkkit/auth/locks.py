"""One at a time, in this process and loop: locks that are made anew after a fork and, for async, in another loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from clerk_core.connections import this_process

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


class Flight(Generic[L]):
    """A flow that runs for several callers: whoever gets the lock first runs it, and sets the outcome."""

    def __init__(self, lock: L) -> None:
        self.lock = lock
        self.outcome: Any = None
        self.callers = 0


class Flights(Generic[L]):
    """Flows that run, by key. One whose caller was cancelled is run by the next of its callers."""

    def __init__(self, made: Callable[[], L], where: Callable[[], Hashable]) -> None:
        self._made = made
        self._where = where
        self._guard = Turns(threading.Lock, this_process)
        self._flights: dict[Hashable, Flight[L]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    @contextmanager
    def join(self, key: bytes) -> Generator[Flight[L], None, None]:
        """Be one of the callers. Who comes after the outcome begins anew."""
        place = self._where(), key
        with self._guard.lock():
            flight = self._flights.setdefault(place, Flight(self._made()))
            flight.callers += 1
        try:
            yield flight
        finally:
            with self._guard.lock():
                flight.callers -= 1
                over = flight.outcome is not None or not flight.callers
                if over and self._flights.get(place) is flight:
                    del self._flights[place]
