"""Bounds the calls to Clerk that requests cause before anybody is known to have sent them."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from clerk_core import ClerkError, Request, TransportError
from clerkkit.auth.requests.state import RequestState, SignedInState
from clerkkit.auth.steps import Alone, Brief, Keyed, Shared, Step, Steps
from clerkkit.rate_limit import RateLimitOptions

log = logging.getLogger("clerkkit")


class CallLimitReached(TransportError):
    """A call was not made: unauthenticated requests have caused as many as they may."""


class CallLimit:
    """Counts the calls of the last seconds. Shared by threads and tasks."""

    def __init__(self, option: str, limit: RateLimitOptions, clock: Callable[[], float] = time.monotonic) -> None:
        """`option` is the name of the option of `AuthOptions` that sets the limit."""
        self._option = option
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: deque[float] = deque()
        self._warned = -limit.seconds

    def take(self) -> float | None:
        """Count a call; return what `give_back` takes, or None if there have been too many."""
        with self._lock:
            now = self._clock()
            while self._calls and now - self._calls[0] >= self._limit.seconds:
                self._calls.popleft()
            if len(self._calls) < self._limit.requests:
                self._calls.append(now)
                return now
            warn = now - self._warned >= self._limit.seconds
            self._warned = now if warn else self._warned
        if warn:
            log.warning(
                "unauthenticated requests caused %d calls to Clerk in %g s, the limit that %s sets",
                *self._limit,
                self._option,
            )
        return None

    def give_back(self, taken: list[float]) -> None:
        """Take calls out of the count: their request turned out to be authenticated."""
        with self._lock:
            for call in taken:
                with contextlib.suppress(ValueError):  # it is out of the count already
                    self._calls.remove(call)


def limited(flow: Steps[RequestState], calls: CallLimit) -> Steps[RequestState]:
    """Run the flow of a request whose calls to Clerk are brief and counted, but for those that sign somebody in."""
    try:
        step = next(flow)
    except StopIteration as stop:  # without a call, as nearly always
        finished: RequestState = stop.value
        return finished
    taken: list[float] = []
    state: RequestState = yield from _counted(flow, step, calls, taken)
    if taken and isinstance(state, SignedInState):
        calls.give_back(taken)
    return state


def _counted(flow: Steps[Any], step: Step, calls: CallLimit, taken: list[float]) -> Steps[Any]:
    try:
        while True:
            try:
                brought = yield _bounded(step, calls, taken)
            except ClerkError as error:
                step = flow.throw(error)
            else:
                step = flow.send(brought)
    except StopIteration as stop:
        return stop.value


def _from_start(flow: Steps[Any], calls: CallLimit, taken: list[float]) -> Steps[Any]:
    try:
        step = next(flow)
    except StopIteration as stop:
        return stop.value
    return (yield from _counted(flow, step, calls, taken))


def _bounded(step: Step, calls: CallLimit, taken: list[float]) -> Step:
    if isinstance(step, Alone | Shared):
        return step._replace(flow=_from_start(step.flow, calls, taken))
    if isinstance(step, Brief):  # for signing keys or an opaque token, which have limits of their own
        return step
    call = calls.take()
    if call is None:
        request: Request[Any] = step.request if isinstance(step, Keyed) else step
        raise CallLimitReached("too many calls for unauthenticated requests", request.info, reached=False)
    taken.append(call)
    return Brief(step)
