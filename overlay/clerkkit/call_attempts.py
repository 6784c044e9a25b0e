"""Reports each attempt of a call to the hook `on_call`, for traces, metrics and logs of one's own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from clerk_core import InvalidArgument, Request, Response
from clerkkit.retry import Outcome, find_trace_id

log = logging.getLogger("clerkkit")


class CallAttempt(NamedTuple):
    """One attempt of a call that has just ended. It holds no secret, no argument and no body."""

    method: str
    """The HTTP method."""
    path: str
    """The path template, such as `/users/{user_id}`. For `Clerk.request`, the path as given."""
    attempt: int
    """The number of the attempt, from 1."""
    status: int | None
    """The status of the response; None if there was none."""
    error: str | None
    """Why there was no response, such as `TimedOut` or `ConnectionFailed`; None if there was one."""
    seconds: float
    """How long the attempt took."""
    trace_id: str | None
    """Clerk's id of the request, for its support; None if the response has none."""
    retry_in: float | None
    """Seconds until the next attempt; None if this was the last one."""

    @property
    def operation(self) -> str:
        """Method and path template, such as `GET /users/{user_id}`: a name with few different values."""
        return f"{self.method} {self.path}"


CallHook = Callable[[CallAttempt], object]


class CallReporter:
    """Calls a hook. What it raises is logged, and does not affect the call."""

    def __init__(self, hook: CallHook) -> None:
        """Check the hook.

        Raises:
            InvalidArgument: the hook cannot be called.
        """
        if not callable(hook):
            raise InvalidArgument("on_call", f"expected a function, got {type(hook).__name__}")
        self._hook = hook

    def report(
        self, request: Request[Any], outcome: Outcome, attempt: int, seconds: float, delay: float | None
    ) -> None:
        """Report one attempt; `delay` is the time until the next one, if there is one."""
        method, _, path = request.operation.partition(" ")
        status, error = (outcome.status_code, None) if isinstance(outcome, Response) else (None, type(outcome).__name__)
        ended = CallAttempt(method, path, attempt, status, error, seconds, find_trace_id(request, outcome), delay)
        try:
            self._hook(ended)
        except Exception:
            log.exception("the hook on_call failed for %s", ended.operation)
