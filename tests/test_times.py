"""Datetimes where Clerk takes Unix milliseconds, and back."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from clerk_bapi import api
from clerk_bapi.api import get_user_list
from clerkkit import Clerk, InvalidArgument, to_datetime
from tests.loopback import KEY, answer, serve

MOMENT = datetime(2026, 1, 31, 12, 0, 0, 123_000, tzinfo=UTC)
MILLISECONDS = 1769860800123


@pytest.mark.parametrize(
    "given",
    [
        MILLISECONDS,
        float(MILLISECONDS),
        MOMENT,
        MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45))),
        MOMENT + timedelta(microseconds=999),
        "2026-01-31T12:00:00.123Z",
        "2026-01-31T12:00:00.123+00:00",
        "20260131T130000.123+0100",
        MOMENT.isoformat(),
    ],
    ids=str,
)
def test_a_moment_in_any_form_is_sent_in_milliseconds(given: Any) -> None:
    with serve(answer(200, [])) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.users.list(created_at_after=given)
        list(clerk.users.iterate(last_sign_in_at_before=given))
        list(clerk.paginate(get_user_list, last_active_at_after=given))
        clerk.users.count(created_at_before=given)
    sent = [dict(request.query) for request in server.requests]
    names = ["created_at_after", "last_sign_in_at_before", "last_active_at_after", "created_at_before"]
    assert [query[name] for query, name in zip(sent, names, strict=True)] == [str(MILLISECONDS)] * 4


TAKERS = [
    (function, name)
    for function in vars(api).get("__all__", ())
    for name in inspect.signature(getattr(api, function)).parameters
    if name.endswith(("_at_after", "_at_before", "_at_since"))
]


@pytest.mark.parametrize(("function", "name"), TAKERS)
def test_every_argument_in_milliseconds_takes_a_datetime(function: str, name: str) -> None:
    endpoint = getattr(api, function)
    ids = ["org_1" for p in inspect.signature(endpoint).parameters.values() if p.default is p.empty]
    assert endpoint(*ids, **{name: MOMENT}).query == f"{name}={MILLISECONDS}"
    with pytest.raises(InvalidArgument, match="time zone") as caught:
        endpoint(*ids, **{name: MOMENT.replace(tzinfo=None)})
    assert caught.value.argument == name


def test_there_are_such_arguments() -> None:
    assert len(TAKERS) == 18


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (datetime(2026, 1, 31, 12), "time zone"),
        ("2026-01-31T12:00:00", "time zone"),
        ("2026-01-31", "time zone"),
        (date(2026, 1, 31), "not a point in time"),
        ("yesterday", "ISO 8601"),
        ("", "ISO 8601"),
        (None, "None"),
        ([MILLISECONDS], "expected"),
    ],
    ids=str,
)
def test_what_is_no_moment_is_refused_by_name(given: Any, said: str) -> None:
    with pytest.raises(InvalidArgument, match=said) as caught:
        get_user_list(created_at_after=given)
    assert caught.value.argument == "created_at_after"


@pytest.mark.parametrize("milliseconds", [0, 1, -1, MILLISECONDS, 253402300799999])
def test_there_and_back(milliseconds: int) -> None:
    moment = to_datetime(milliseconds)
    assert moment.tzinfo is UTC
    assert get_user_list(created_at_after=moment).query == f"created_at_after={milliseconds}"


def test_what_never_happened_has_no_time() -> None:
    assert to_datetime(None) is None


@pytest.mark.parametrize("given", ["2026", [], 10**20, float("inf"), float("nan")], ids=str)
def test_what_is_no_time_of_clerks_is_refused(given: Any) -> None:
    with pytest.raises(InvalidArgument, match="milliseconds"):
        to_datetime(given)
