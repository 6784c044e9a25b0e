"""The slots of a connection pool limit how many calls use a connection at a time, in first-come order.

No I/O, and nothing that blocks: the pools for threads and for event loops share this module, and a call that is
cancelled at any point leaves the slots consistent.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

MAX_CONNECTIONS = 32
"""Connections of one client. They are enough for Clerk's limit of 100 calls a second if a call takes up to 0.3 s."""


class Signal(Protocol):
    """An event for threads or for tasks."""

    def set(self) -> object:
        """Wake the waiting call."""


S = TypeVar("S", bound=Signal)


class Slots(Generic[S]):
    """`MAX_CONNECTIONS` slots, assigned in the order of requests."""

    def __init__(self, signal: Callable[[], S]) -> None:
        self._signal = signal
        self._lock = threading.Lock()
        self._waiting: deque[S] = deque()
        self.free = MAX_CONNECTIONS
        """The number of free slots."""

    def request(self) -> S | None:
        """Acquire a slot and return None, or return a signal that is set when a slot is assigned."""
        with self._lock:
            if self.free:
                self.free -= 1
                return None
            signal = self._signal()
            self._waiting.append(signal)
            return signal

    def stop_waiting(self, signal: S) -> None:
        """Leave the queue. If a slot was assigned already, pass it to the next call."""
        with self._lock:
            if signal in self._waiting:
                self._waiting.remove(signal)
                return
        self.release()

    def release(self) -> None:
        """Free a slot, and assign it to the call that has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self.free += 1
