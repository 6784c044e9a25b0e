"""When a client tries again, as a table; how long it waits; and that it ends."""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from clerk_core import ConnectionFailed, InvalidArgument, Request, Response, TimedOut
from clerk_core.errors import RequestInfo
from clerk_core.readers import as_is
from clerkkit.rate_limit import Pace, RateLimitOptions
from clerkkit.retry import Outcome, Policy, Send, Wait, attempts, checked, wait_before_retry

INFO = RequestInfo("GET", "/x", "GET /x")
NEVER_CONNECTED = ConnectionFailed("refused", INFO, reached=False)
BROKEN = ConnectionFailed("broken", INFO, reached=True)
LATE = TimedOut("late", INFO, reached=True)
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
def test_what_is_tried_again(outcome: Outcome, safe: bool, unsafe: bool) -> None:
    for methods, again in ((SAFE, safe), (UNSAFE, unsafe)):
        for method in methods:
            wait = wait_before_retry(Policy(), method, outcome, attempt=1, left=30, scatter=0)
            assert (wait is not None) is again, method


@pytest.mark.parametrize(
    ("outcome", "attempt", "left", "scatter", "wait"),
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
def test_how_long_it_waits(outcome: Outcome, attempt: int, left: float, scatter: float, wait: float | None) -> None:
    assert wait_before_retry(Policy(), "GET", outcome, attempt, left, scatter) == wait


def test_a_wait_of_ours_has_a_longest() -> None:
    assert wait_before_retry(Policy(max_retries=50), "GET", status(503), 40, 1000, 1.0) == Policy().longest_wait


def test_the_walk_through_the_tries() -> None:
    now = itertools.count(0.0, 1.0)
    steps = attempts(Policy(), Request("GET", "/x", as_is), clock=lambda: next(now), scatter=lambda: 1.0)
    assert isinstance(next(steps), Send)
    assert steps.send(status(503)) == Wait(0.25)
    again = steps.send(None)
    assert isinstance(again, Send)
    assert again.at_most < Policy().deadline
    with pytest.raises(StopIteration) as stopped:
        steps.send(status(200))
    assert stopped.value.value.status_code == 200


def test_each_try_takes_its_turn_and_the_deadline_begins_with_the_first() -> None:
    now = 0.0
    turns = iter([50.0, 7.0])
    steps = attempts(
        Policy(), Request("GET", "/x", as_is), lambda _: next(turns), clock=lambda: now, scatter=lambda: 1.0
    )
    assert next(steps) == Wait(50.0)
    now += 50.0
    assert steps.send(None) == Send(Policy().deadline)
    assert steps.send(status(503)) == Wait(0.25)
    assert steps.send(None) == Wait(7.0)
    now += 7.25
    assert steps.send(None) == Send(Policy().deadline - 7.25)


PROMPT = Policy(max_retries=0, deadline=5.0, deadline_includes_turn=True)


def test_a_deadline_can_include_the_wait_for_the_first_turn() -> None:
    now = 0.0
    pace = Pace(RateLimitOptions(1, 3.0), clock=lambda: now)
    assert pace.wait() == 0.0
    steps = attempts(PROMPT, Request("GET", "/x", as_is), pace.wait, clock=lambda: now)
    assert next(steps) == Wait(3.0)
    now += 3.0
    assert steps.send(None) == Send(2.0)


def test_a_call_whose_turn_comes_after_such_a_deadline_is_not_made_and_takes_no_turn() -> None:
    pace = Pace(RateLimitOptions(1, 5.0), clock=lambda: 0.0)
    assert pace.wait() == 0.0
    with pytest.raises(TimedOut, match="rate_limit") as caught:
        next(attempts(PROMPT, Request("GET", "/x", as_is), pace.wait, clock=lambda: 0.0))
    assert not caught.value.reached
    assert pace.wait() == 5.0


def test_no_retry_whose_turn_comes_after_the_deadline() -> None:
    now = 0.0
    pace = Pace(RateLimitOptions(1, 40.0), clock=lambda: now)
    steps = attempts(Policy(), Request("GET", "/x", as_is), pace.wait, clock=lambda: now, scatter=lambda: 1.0)
    assert next(steps) == Wait(0.0)
    assert steps.send(None) == Send(30.0)
    assert steps.send(status(503)) == Wait(0.25)
    now += 0.25
    with pytest.raises(StopIteration) as stopped:
        steps.send(None)
    assert stopped.value.value.status_code == 503
    assert pace.wait() == 39.75


def test_the_last_failure_is_raised() -> None:
    steps = attempts(Policy(max_retries=0), Request("GET", "/x", as_is))
    next(steps)
    with pytest.raises(TimedOut):
        steps.send(LATE)


@pytest.mark.parametrize(
    ("policy", "argument"),
    [
        (Policy(max_retries=-1), "max_retries"),
        (Policy(max_retries=True), "max_retries"),
        (Policy(max_retries=1.5), "max_retries"),  # type: ignore[arg-type]
        (Policy(deadline=0), "deadline"),
        (Policy(deadline=float("inf")), "deadline"),
    ],
    ids=itertools.count(),
)
def test_a_policy_that_makes_no_sense_is_refused(policy: Policy, argument: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        checked(policy)
    assert caught.value.argument == argument


def turns(limit: RateLimitOptions, times: list[float]) -> list[Any]:
    clock = iter(times)
    pace = Pace(limit, clock=lambda: next(clock))
    return [pace.wait() for _ in times]


def test_the_pace_lets_so_many_through_and_holds_back_the_rest() -> None:
    assert turns(RateLimitOptions(2, 10), [0, 1, 2, 3, 4]) == [0, 0, 8, 8, 16]
    assert turns(RateLimitOptions(1, 10), [0, 20, 20]) == [0, 0, 10]


@pytest.mark.parametrize("limit", [RateLimitOptions(0, 1), RateLimitOptions(1, 0)], ids=itertools.count())
def test_a_pace_of_nothing_is_refused(limit: RateLimitOptions) -> None:
    with pytest.raises(InvalidArgument, match="rate_limit"):
        Pace(limit)
