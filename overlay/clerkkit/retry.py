"""When to try again: data and a pure function. `attempts` walks through the tries of one call, without I/O.

| what happened | GET, HEAD, PUT, DELETE | POST, PATCH |
|---|---|---|
| 429 | again, after `Retry-After` | again, after `Retry-After` |
| 502, 503, 504 | again | given to the caller |
| no connection could be made | again | again |
| the connection broke, or timed out, once made | again | given to the caller |
| anything else | given to the caller | given to the caller |
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Generator
from math import inf
from typing import Any, NamedTuple

from clerk_core import Request, Response, TimedOut, TransportError
from clerk_core.checks import seconds, whole_number
from clerk_core.errors import api_error, seconds_of

_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
_UNAVAILABLE = frozenset({502, 503, 504})

log = logging.getLogger("clerkkit")

Outcome = Response | TransportError


class Policy(NamedTuple):
    """How persistent a client is."""

    max_retries: int = 2
    """Tries after the first one."""
    deadline: float = 30.0
    """Seconds for a call with all its tries and waits."""
    first_wait: float = 0.25
    """Seconds before the first retry; doubled for each further one, and scattered by half."""
    longest_wait: float = 8.0
    """Seconds that no wait of ours exceeds; a `Retry-After` may."""
    deadline_includes_turn: bool = False
    """Whether the deadline begins before the wait for the first turn, and not after it."""


class Send(NamedTuple):
    """Send now, each phase within `at_most` seconds."""

    at_most: float


class Wait(NamedTuple):
    """Wait so many seconds."""

    seconds: float


Step = Send | Wait


def checked(policy: Policy) -> Policy:
    """The policy, if it makes sense.

    Raises:
        InvalidArgument: `max_retries` is no whole number from 0, or `deadline` no positive number.
    """
    whole_number("max_retries", policy.max_retries, 0)
    seconds("deadline", policy.deadline)
    return policy


def wait_before_retry(
    policy: Policy, method: str, outcome: Outcome, attempt: int, left: float, scatter: float
) -> float | None:
    """Seconds to wait before the next try, or None to give the outcome to the caller.

    Args:
        policy: How persistent to be.
        method: The HTTP method.
        outcome: What the last try brought.
        attempt: How many tries there have been.
        left: Seconds until the deadline.
        scatter: A number from 0 to 1 that spreads the waits of many clients.
    """
    if attempt > policy.max_retries or not _worth_it(method, outcome):
        return None
    backoff = min(policy.longest_wait, policy.first_wait * 2.0 ** (attempt - 1))
    wait = backoff * (0.5 + scatter / 2)
    if isinstance(outcome, Response):
        asked = seconds_of(outcome.headers.get("retry-after"))
        wait = wait if asked is None else asked
    return wait if wait < left else None


def _worth_it(method: str, outcome: Outcome) -> bool:
    if isinstance(outcome, TransportError):
        return not outcome.reached or method in _IDEMPOTENT
    return outcome.status_code == 429 or (outcome.status_code in _UNAVAILABLE and method in _IDEMPOTENT)


def attempts(
    policy: Policy,
    request: Request[Any],
    turn: Callable[[float], float | None] | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    scatter: Callable[[], float] = random.random,
) -> Generator[Step, Outcome | None, Response]:
    """The tries of one call: yields what to do, is sent what came of it, returns the answer.

    Args:
        policy: How persistent to be.
        request: What is sent.
        turn: The client's own pace: takes the next turn and returns the seconds until then, or None where they are not
            less than its argument.
        clock: Seconds, from any start.
        scatter: A number from 0 to 1.

    Raises:
        TransportError: the last try brought no answer, or the first turn comes after the deadline.
    """
    start = clock()
    if turn is not None:
        ahead = turn(policy.deadline if policy.deadline_includes_turn else inf)
        if ahead is None:
            problem = f"not sent: the client's rate_limit allows no request within {policy.deadline:.3g} s"
            raise TimedOut(problem, request.info, reached=False)
        yield Wait(ahead)
        if not policy.deadline_includes_turn:
            start = clock()
    end = start + policy.deadline
    attempt = 0
    while True:
        attempt += 1
        started = clock()
        outcome = yield Send(max(0.001, end - started))
        assert outcome is not None
        wait = wait_before_retry(policy, request.method, outcome, attempt, end - clock(), scatter())
        _log(request, outcome, attempt, clock() - started, wait)
        if wait is not None:
            yield Wait(wait)
            if turn is None:
                continue
            ahead = turn(end - clock())
            if ahead is not None:
                yield Wait(ahead)
                continue
        if isinstance(outcome, TransportError):
            outcome.attempts = attempt
            raise outcome
        return outcome


def _log(request: Request[Any], outcome: Outcome, attempt: int, took: float, wait: float | None) -> None:
    if not log.isEnabledFor(logging.DEBUG):
        return
    if isinstance(outcome, Response):
        trace = (
            api_error(request.info, outcome).trace_id if outcome.status_code >= 400 else outcome.headers.get("cf-ray")
        )
        result: object = outcome.status_code
    else:
        trace, result = None, type(outcome).__name__
    then = "" if wait is None else f", again in {wait:.2f}s"
    log.debug("%s -> %s in %.3fs, attempt %d, trace id %s%s", request.operation, result, took, attempt, trace, then)
