"""The client's own pace: so many requests in so many seconds, shared by all threads and tasks of a client."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

from clerk_core import InvalidArgument
from clerk_core.checks import whole_number


class RateLimitOptions(NamedTuple):
    """At most `requests` in any `seconds`. Clerk allows 1000 in 10 s in production, 100 in development."""

    requests: int
    seconds: float = 10.0


def checked(given: object) -> RateLimitOptions:
    """Return the limit that is given as a `RateLimitOptions` or as a pair.

    Raises:
        InvalidArgument: it is neither, allows no request, or its seconds are not positive.
    """
    problem = "expected requests and seconds, such as (100, 10)"
    if not isinstance(given, tuple | list):
        raise InvalidArgument("rate_limit", f"{problem}, got {type(given).__name__}")
    numbers: list[Any] = list(given)  # pyright: ignore[reportUnknownArgumentType]
    if not 1 <= len(numbers) <= 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise InvalidArgument("rate_limit", problem)
    whole_number("rate_limit", numbers[0], 1)
    return RateLimitOptions(*numbers)


class Pace:
    """Hands out turns. A turn is a number of seconds to wait, so that it serves threads and tasks alike."""

    def __init__(self, limit: RateLimitOptions, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises:
        InvalidArgument: the limit allows no request, or its seconds are not positive.
        """
        if limit.requests < 1 or not 0 < limit.seconds < float("inf"):
            raise InvalidArgument("rate_limit", "expected at least one request in a positive number of seconds")
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._turns: list[float] = []  # a ring of the last turns, of which the oldest is at `_next`
        self._next = 0

    def wait(self, less_than: float = inf) -> float | None:
        """Take the next turn and return the seconds until it comes; None, and no turn, if they are not `less_than`."""
        with self._lock:
            now = self._clock()
            if len(self._turns) < self._limit.requests:
                self._turns.append(now)
                return 0.0
            turn = max(now, self._turns[self._next] + self._limit.seconds)
            if turn - now >= less_than:
                return None
            self._turns[self._next] = turn
            self._next = (self._next + 1) % self._limit.requests
            return turn - now
