"""Which results are retried, as a table; delays; deadlines; and rate limiting."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from clerk_core import ConnectionFailed, InvalidArgument, Response, TimedOut
from clerk_core.errors import RequestInfo
from clerk_core.models.readers import as_is
from clerk_core.requests.api_request import ApiRequest
from clerkkit.rate_limit import RateLimiter, RateLimitOptions
from clerkkit.retry import Outcome, Send, Wait, retry_delay, send_with_retries
from clerkkit.settings import RetryPolicy, check_policy

INFO = RequestInfo("GET", "/x", "GET /x")
NEVER_CONNECTED = ConnectionFailed("refused", INFO, reached=False)
BROKEN = ConnectionFailed("broken", INFO, reached=True)
LATE = TimedOut("late", INFO, reached=True)
GET = ApiRequest("GET", "/x", as_is)
SAFE, UNSAFE = ["GET", "HEAD", "PUT", "DELETE"], ["POST", "PATCH"]


def status(code: int, **headers: str) -> Response:
    return Response(code, httpx.Headers({name.replace("_", "-"): value for name, value in headers.items()}), b"")


TABLE: list[tuple[Outcome, bool, bool]] = [
    (status(429), True, True),
    (status(502), True, False),
    (status(503), True, False),
    (status(504), True, False),
    (NEVER_CONNECTED, True, True),
    (BROKEN, True, False),
    (LATE, True, False),
    *[(status(code), False, False) for code in (200, 204, 302, 400, 401, 403, 404, 409, 422, 423, 500, 501, 520)],
]


@pytest.mark.parametrize(("outcome", "safe", "unsafe"), TABLE, ids=itertools.count())
def test_retried_results(outcome: Outcome, safe: bool, unsafe: bool) -> None:
    for methods, again in ((SAFE, safe), (UNSAFE, unsafe)):
        for method in methods:
            wait = retry_delay(RetryPolicy(), method, outcome, attempt=1, left=30, jitter=0)
            assert (wait is not None) is again, method


@pytest.mark.parametrize(
    ("outcome", "attempt", "left", "jitter", "wait"),
    [
        (status(503), 1, 30, 1.0, 0.25),
        (status(503), 1, 30, 0.0, 0.125),
        (status(503), 2, 30, 1.0, 0.5),
        (status(503), 3, 30, 1.0, None),
        (status(503), 2, 0.4, 1.0, None),
        (status(429, retry_after="3"), 1, 30, 0.0, 3.0),
        (status(429, retry_after="0"), 1, 30, 0.0, 0.0),
        (status(429, retry_after="31"), 1, 30, 0.0, None),
        (status(429, retry_after="nonsense"), 1, 30, 1.0, 0.25),
    ],
    ids=itertools.count(),
)
def test_delay_before_a_retry(outcome: Outcome, attempt: int, left: float, jitter: float, wait: float | None) -> None:
    assert retry_delay(RetryPolicy(), "GET", outcome, attempt, left, jitter) == wait


def test_backoff_is_capped() -> None:
    assert retry_delay(RetryPolicy(max_retries=50), "GET", status(503), 40, 1000, 1.0) == RetryPolicy().max_delay


def test_sends_waits_and_sends_again() -> None:
    now = itertools.count(0.0, 1.0)
    steps = send_with_retries(RetryPolicy(), GET, clock=lambda: next(now), jitter=lambda: 1.0)
    assert isinstance(next(steps), Send)
    assert steps.send(status(503)) == Wait(0.25)
    again = steps.send(None)
    assert isinstance(again, Send)
    assert again.at_most < RetryPolicy().deadline
    with pytest.raises(StopIteration) as stopped:
        steps.send(status(200))
    assert stopped.value.value.status_code == 200


def test_each_attempt_waits_for_the_rate_limit_and_the_deadline_starts_at_the_first() -> None:
    now = 0.0
    turns = iter([50.0, 7.0])
    steps = send_with_retries(RetryPolicy(), GET, lambda _: next(turns), clock=lambda: now, jitter=lambda: 1.0)
    assert next(steps) == Wait(50.0)
    now += 50.0
    assert steps.send(None) == Send(RetryPolicy().deadline)
    assert steps.send(status(503)) == Wait(0.25)
    assert steps.send(None) == Wait(7.0)
    now += 7.25
    assert steps.send(None) == Send(RetryPolicy().deadline - 7.25)


SINGLE_ATTEMPT = RetryPolicy(max_retries=0, deadline=5.0, deadline_includes_rate_limit=True)


def test_deadline_can_include_the_first_wait_for_the_rate_limit() -> None:
    now = 0.0
    limiter = RateLimiter(RateLimitOptions(1, 3.0), clock=lambda: now)
    assert limiter.reserve() == 0.0
    steps = send_with_retries(SINGLE_ATTEMPT, GET, limiter.reserve, clock=lambda: now)
    assert next(steps) == Wait(3.0)
    now += 3.0
    assert steps.send(None) == Send(2.0)


def test_call_that_must_wait_beyond_the_deadline_is_not_sent_and_not_counted() -> None:
    limiter = RateLimiter(RateLimitOptions(1, 5.0), clock=lambda: 0.0)
    assert limiter.reserve() == 0.0
    with pytest.raises(TimedOut, match="rate_limit") as caught:
        next(send_with_retries(SINGLE_ATTEMPT, GET, limiter.reserve, clock=lambda: 0.0))
    assert not caught.value.reached
    assert limiter.reserve() == 5.0


def test_retry_that_must_wait_beyond_the_deadline_is_not_sent() -> None:
    now = 0.0
    limiter = RateLimiter(RateLimitOptions(1, 40.0), clock=lambda: now)
    steps = send_with_retries(RetryPolicy(), GET, limiter.reserve, clock=lambda: now, jitter=lambda: 1.0)
    assert next(steps) == Wait(0.0)
    assert steps.send(None) == Send(30.0)
    assert steps.send(status(503)) == Wait(0.25)
    now += 0.25
    with pytest.raises(StopIteration) as stopped:
        steps.send(None)
    assert stopped.value.value.status_code == 503
    assert limiter.reserve() == 39.75


def test_last_failure_is_raised() -> None:
    steps = send_with_retries(RetryPolicy(max_retries=0), GET)
    next(steps)
    with pytest.raises(TimedOut):
        steps.send(LATE)


@pytest.mark.parametrize(
    ("policy", "argument"),
    [
        (RetryPolicy(max_retries=-1), "max_retries"),
        (RetryPolicy(max_retries=True), "max_retries"),
        (RetryPolicy(max_retries=1.5), "max_retries"),  # type: ignore[arg-type]
        (RetryPolicy(deadline=0), "deadline"),
        (RetryPolicy(deadline=float("inf")), "deadline"),
    ],
    ids=itertools.count(),
)
def test_rejects_an_invalid_policy(policy: RetryPolicy, argument: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_policy(policy)
    assert caught.value.argument == argument


def turns(limit: RateLimitOptions, times: list[float]) -> list[Any]:
    clock = iter(times)
    limiter = RateLimiter(limit, clock=lambda: next(clock))
    return [limiter.reserve() for _ in times]


def test_rate_limiter_delays_calls_beyond_the_limit() -> None:
    assert turns(RateLimitOptions(2, 10), [0, 1, 2, 3, 4]) == [0, 0, 8, 8, 16]
    assert turns(RateLimitOptions(1, 10), [0, 20, 20]) == [0, 0, 10]


@pytest.mark.parametrize("limit", [RateLimitOptions(0, 1), RateLimitOptions(1, 0)], ids=itertools.count())
def test_rejects_a_rate_limit_of_zero(limit: RateLimitOptions) -> None:
    with pytest.raises(InvalidArgument, match="rate_limit"):
        RateLimiter(limit)
