"""Retries: when to send a request again, and how long to wait. No I/O.

| outcome | GET, HEAD, PUT, DELETE | POST, PATCH |
|---|---|---|
| 429 | retry, after `Retry-After` | retry, after `Retry-After` |
| 502, 503, 504 | retry | return |
| no connection could be made | retry | retry |
| the connection broke or timed out after it was made | retry | raise |
| anything else | return or raise | return or raise |
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Generator
from math import inf
from typing import Any, NamedTuple

from clerk_core import Request, Response, TimedOut, TransportError
from clerk_core.errors import api_error, parse_retry_after
from clerkkit.settings import RetryPolicy

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_UNAVAILABLE = frozenset({502, 503, 504})

log = logging.getLogger("clerkkit")

Outcome = Response | TransportError
Report = Callable[[Request[Any], Outcome, int, float, float | None], None]
"""Gets the request, the outcome of an attempt, its number, its seconds, and the delay before the next one if any."""


class Send(NamedTuple):
    """Send the request now. No phase of it may take longer than `at_most` seconds."""

    at_most: float


class Wait(NamedTuple):
    """Wait for so many seconds."""

    seconds: float


Step = Send | Wait


def retry_delay(
    policy: RetryPolicy, method: str, outcome: Outcome, attempt: int, left: float, jitter: float
) -> float | None:
    """Return the seconds to wait before the next attempt, or None if there is none.

    Args:
        policy: The client's policy.
        method: The HTTP method.
        outcome: The outcome of the last attempt.
        attempt: The number of attempts so far.
        left: Seconds until the deadline.
        jitter: A number from 0 to 1 that spreads the retries of many clients.
    """
    if attempt > policy.max_retries or not _is_retryable(method, outcome):
        return None
    backoff = min(policy.max_delay, policy.initial_delay * 2.0 ** (attempt - 1))
    delay = backoff * (0.5 + jitter / 2)
    if isinstance(outcome, Response):
        retry_after = parse_retry_after(outcome.headers.get("retry-after"))
        delay = delay if retry_after is None else retry_after
    return delay if delay < left else None


def _is_retryable(method: str, outcome: Outcome) -> bool:
    if isinstance(outcome, TransportError):
        return not outcome.reached or method in _IDEMPOTENT
    return outcome.status_code == 429 or (outcome.status_code in _UNAVAILABLE and method in _IDEMPOTENT)


def send_with_retries(
    policy: RetryPolicy,
    request: Request[Any],
    reserve: Callable[[float], float | None] | None = None,
    *,
    report: Report | None = None,
    clock: Callable[[], float] = time.monotonic,
    jitter: Callable[[], float] = random.random,
) -> Generator[Step, Outcome | None, Response]:
    """Yield the steps of one call; return its last response. The caller sends back the outcome of each `Send`.

    Args:
        policy: The client's policy.
        request: The request.
        reserve: `RateLimiter.reserve` of the client's rate limiter, if it has one.
        report: Called after each attempt.
        clock: Returns seconds, from any start.
        jitter: Returns a number from 0 to 1.

    Raises:
        TransportError: the last attempt brought no response, or the rate limiter allows none before the deadline.
    """
    start = clock()
    if reserve is not None:
        delay = reserve(policy.deadline if policy.deadline_includes_rate_limit else inf)
        if delay is None:
            problem = f"not sent: the client's rate_limit allows no request within {policy.deadline:.3g} s"
            raise TimedOut(problem, request.info, reached=False)
        yield Wait(delay)
        if not policy.deadline_includes_rate_limit:
            start = clock()
    end = start + policy.deadline
    attempt = 0
    while True:
        attempt += 1
        started = clock()
        outcome = yield Send(max(0.001, end - started))
        assert outcome is not None
        delay = retry_delay(policy, request.method, outcome, attempt, end - clock(), jitter())
        seconds = clock() - started
        _log(request, outcome, attempt, seconds, delay)
        if report is not None:
            report(request, outcome, attempt, seconds, delay)
        if delay is not None:
            yield Wait(delay)
            if reserve is None:
                continue
            delay = reserve(end - clock())
            if delay is not None:
                yield Wait(delay)
                continue
        if isinstance(outcome, TransportError):
            outcome.attempts = attempt
            raise outcome
        return outcome


def _log(request: Request[Any], outcome: Outcome, attempt: int, duration: float, delay: float | None) -> None:
    if not log.isEnabledFor(logging.DEBUG):
        return
    result: object = outcome.status_code if isinstance(outcome, Response) else type(outcome).__name__
    trace = find_trace_id(request, outcome)
    then = "" if delay is None else f", again in {delay:.2f}s"
    log.debug("%s -> %s in %.3fs, attempt %d, trace id %s%s", request.operation, result, duration, attempt, trace, then)


def find_trace_id(request: Request[Any], outcome: Outcome) -> str | None:
    """Return Clerk's id of a request: that of an error, or else that of the network in front of Clerk."""
    if not isinstance(outcome, Response):
        return None
    return api_error(request.info, outcome).trace_id if outcome.status_code >= 400 else outcome.headers.get("cf-ray")
