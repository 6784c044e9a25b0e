"""Client-side rate limiting, shared by all threads and tasks that use a client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

from clerk_core import InvalidArgument
from clerk_core.checks import check_whole_number
from clerk_core.guards import is_number


class RateLimitOptions(NamedTuple):
    """At most `requests` in any `seconds`. Clerk allows 1000 in 10 s in production, 100 in development."""

    requests: int
    """Requests that may be sent in the period."""
    seconds: float = 10.0
    """The period."""


def check_rate_limit(given: object) -> RateLimitOptions:
    """Return a limit that is given as a `RateLimitOptions` or as a pair.

    Raises:
        InvalidArgument: it is neither, allows no request, or its seconds are not positive.
    """
    problem = "expected requests and seconds, such as (100, 10)"
    if not isinstance(given, tuple | list):
        raise InvalidArgument("rate_limit", f"{problem}, got {type(given).__name__}")
    numbers: list[Any] = list(given)  # pyright: ignore[reportUnknownArgumentType]
    if not 1 <= len(numbers) <= 2 or not all(map(is_number, numbers)):
        raise InvalidArgument("rate_limit", problem)
    check_whole_number("rate_limit", numbers[0], 1)
    return RateLimitOptions(*numbers)


class RateLimiter:
    """Spaces out requests. It returns delays and never sleeps, so threads and tasks can share it."""

    def __init__(self, limit: RateLimitOptions, clock: Callable[[], float] = time.monotonic) -> None:
        """Create a rate limiter; `clock` returns seconds, from any start.

        Raises:
            InvalidArgument: the limit allows no request, or its seconds are not positive.
        """
        if limit.requests < 1 or not 0 < limit.seconds < float("inf"):
            raise InvalidArgument("rate_limit", "expected at least one request in a positive number of seconds")
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: list[float] = []  # a ring buffer of the latest slots; the oldest is at `_oldest`
        self._oldest = 0

    def reserve(self, less_than: float = inf) -> float | None:
        """Reserve the next free slot and return the seconds until it; None, without a slot, if not `less_than`."""
        with self._lock:
            now = self._clock()
            if len(self._slots) < self._limit.requests:
                self._slots.append(now)
                return 0.0
            slot = max(now, self._slots[self._oldest] + self._limit.seconds)
            if slot - now >= less_than:
                return None
            self._slots[self._oldest] = slot
            self._oldest = (self._oldest + 1) % self._limit.requests
            return slot - now
