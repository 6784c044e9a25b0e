"""Limits the calls to Clerk that unauthenticated requests cause."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from clerk_core import TransportError
from clerkkit.rate_limit import RateLimitOptions

log = logging.getLogger("clerkkit")


class CallLimitReached(TransportError):
    """A call was not made, because unauthenticated requests have reached their limit."""


class CallLimit:
    """Counts calls in a sliding window. Thread-safe."""

    def __init__(self, option: str, limit: RateLimitOptions, clock: Callable[[], float] = time.monotonic) -> None:
        """`option` is the name of the option of `AuthOptions` that sets the limit."""
        self._option = option
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._warned_at = -limit.seconds

    def acquire(self) -> float | None:
        """Count a call. Return a ticket for `release`, or None if the limit is reached."""
        with self._lock:
            now = self._clock()
            while self._calls and now - self._calls[0] >= self._limit.seconds:
                self._calls.popleft()
            if len(self._calls) < self._limit.requests:
                self._calls.append(now)
                return now
            warn = now - self._warned_at >= self._limit.seconds
            self._warned_at = now if warn else self._warned_at
        if warn:
            log.warning(
                "unauthenticated requests caused %d calls to Clerk in %g s, the limit that %s sets",
                *self._limit,
                self._option,
            )
        return None

    def release(self, tickets: list[float]) -> None:
        """Uncount calls whose request turned out to be authenticated."""
        with self._lock:
            for ticket in tickets:
                with contextlib.suppress(ValueError):  # has left the window already
                    self._calls.remove(ticket)
