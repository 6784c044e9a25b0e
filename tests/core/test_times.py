"""Datetimes as arguments where Clerk expects Unix milliseconds or RFC 3339, and `to_datetime`."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from clerk_bapi import UNSET, Request, api
from clerk_bapi.api import list_users
from clerkkit import Clerk, InvalidArgument, to_datetime
from tests.loopback import KEY, respond, serve

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
def test_datetimes_are_sent_in_milliseconds(given: Any) -> None:
    with serve(respond(200, [])) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.users.list(created_at_after=given)
        list(clerk.users.iterate(last_sign_in_at_before=given))
        list(clerk.paginate(list_users, last_active_at_after=given))
        clerk.users.count(created_at_before=given)
    sent = [dict(request.query) for request in server.requests]
    names = ["created_at_after", "last_sign_in_at_before", "last_active_at_after", "created_at_before"]
    assert [query[name] for query, name in zip(sent, names, strict=True)] == [str(MILLISECONDS)] * 4


TAKERS = [
    (function, name)
    for function in api.__all__
    if not hasattr(getattr(api, function), "__deprecated__")
    for name in inspect.signature(getattr(api, function)).parameters
    if name.endswith(("_at_after", "_at_before", "_at_since"))
]


@pytest.mark.parametrize(("function", "name"), TAKERS)
def test_every_argument_in_milliseconds_accepts_a_datetime(function: str, name: str) -> None:
    endpoint = getattr(api, function)
    ids = ["org_1" for p in inspect.signature(endpoint).parameters.values() if p.default is p.empty]
    assert endpoint(*ids, **{name: MOMENT}).query == f"{name}={MILLISECONDS}"
    with pytest.raises(InvalidArgument, match="time zone") as caught:
        endpoint(*ids, **{name: MOMENT.replace(tzinfo=None)})
    assert caught.value.argument == name


def test_all_arguments_in_milliseconds_are_covered() -> None:
    assert len(TAKERS) == 18


TEXTS: dict[str, Callable[..., Request[Any]]] = {
    "create_user created_at": api.create_user,
    "create_user legal_accepted_at": api.create_user,
    "update_user created_at": functools.partial(api.update_user, "user_1"),
    "update_user legal_accepted_at": functools.partial(api.update_user, "user_1"),
    "create_organization created_at": functools.partial(api.create_organization, name="x"),
    "update_organization created_at": functools.partial(api.update_organization, "org_1"),
    "extend_billing_subscription_item_free_trial extend_to": functools.partial(
        api.extend_billing_subscription_item_free_trial, "item_1"
    ),
}


def test_every_time_in_a_body_is_covered() -> None:
    """At any depth: `TEXTS` has an entry for each."""
    contract = json.loads((Path(__file__).parents[2] / "spec" / "contract.json").read_text())
    schemas = contract["components"]["schemas"]
    found: list[str] = []

    def look(name: str, schema: dict[str, Any], within: tuple[str, ...]) -> None:
        if "$ref" in schema:
            target = schema["$ref"].rpartition("/")[2]
            if target not in within:
                look(name, schemas[target], (*within, target))
            return
        if schema.get("format") in ("date-time", "date", "unix-ms"):
            found.append(name)
        for key, inner in schema.get("properties", {}).items():
            # A property that is named like a time is one, even without a format.
            look(f"{name} {key}", inner, within)
            if key.endswith(("_at", "_on", "_until", "_to", "_date")) and "string" in inner.get("type", ""):
                found.append(f"{name} {key}")
        for inner in (*schema.get("anyOf", ()), *filter(None, [schema.get("items")])):
            look(name, inner, within)

    for item in contract["paths"].values():
        for operation in item.values():
            body = operation.get("requestBody") if isinstance(operation, dict) else None
            for media in (body or {}).get("content", {}).values():
                look(re.sub("(?<!^)(?=[A-Z])", "_", operation["operationId"]).lower(), media["schema"], ())
    assert set(found) == set(TEXTS)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (MOMENT, "2026-01-31T12:00:00.123000Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=5, minutes=45))), "2026-01-31T12:00:00.123000Z"),
        (MILLISECONDS, "2026-01-31T12:00:00.123000Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00Z"),
        ("20260131T130000+0100", "2026-01-31T12:00:00Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:00:00Z"),
        (datetime.max.replace(tzinfo=UTC), "9999-12-31T23:59:59.999999Z"),
    ],
    ids=str,
)
@pytest.mark.parametrize("taker", TEXTS)
def test_datetimes_in_bodies_are_sent_as_rfc_3339(taker: str, given: Any, sent: str) -> None:
    name = taker.split()[1]
    assert json.loads(TEXTS[taker](**{name: given}).content)[name] == sent


@pytest.mark.parametrize(
    "given",
    [
        datetime(2026, 1, 31, 12),
        "2026-01-31T12:00:00",
        date(2026, 1, 31),
        "yesterday",
        "",
        True,
        [MILLISECONDS],
        float("nan"),
        10**5000,
        -(10**17),
        "9999-12-31T24:00:00Z",
        "9999-12-31T23:59:59-23:00",
        datetime.min.replace(tzinfo=timezone(timedelta(hours=23))),
    ],
    ids=lambda value: str(value)[:40] if value != 10**5000 else "huge",
)
@pytest.mark.parametrize("taker", TEXTS)
def test_rejects_other_values_in_bodies(taker: str, given: Any) -> None:
    name = taker.split()[1]
    with pytest.raises(InvalidArgument) as caught:
        TEXTS[taker](**{name: given})
    assert caught.value.argument == name


@pytest.mark.parametrize(
    "seconds",
    [1_769_860_800, 1_769_860_800.5, 1, -1, 10**11 - 1, -(10**12), pytest.param(-(10**5000), id="huge")],
)
@pytest.mark.parametrize("taker", TEXTS)
def test_rejects_seconds_in_bodies(taker: str, seconds: float) -> None:
    name = taker.split()[1]
    with pytest.raises(InvalidArgument, match="multiply seconds by 1000") as caught:
        TEXTS[taker](**{name: seconds})
    assert caught.value.argument == name


@pytest.mark.parametrize(("function", "name"), TAKERS)
def test_rejects_seconds_in_queries(function: str, name: str) -> None:
    endpoint = getattr(api, function)
    ids = ["org_1" for p in inspect.signature(endpoint).parameters.values() if p.default is p.empty]
    with pytest.raises(InvalidArgument, match=r"expected Unix milliseconds.*got 1769860800:") as caught:
        endpoint(*ids, **{name: 1_769_860_800})
    assert caught.value.argument == name
    assert endpoint(*ids, **{name: 0}).query == f"{name}=0"
    assert endpoint(*ids, **{name: 10**11}).query == f"{name}={10**11}"


def test_durations_are_not_checked_as_times() -> None:
    assert json.loads(api.create_session_token("sess_1", expires_in_seconds=60).content) == {"expires_in_seconds": 60}
    assert json.loads(api.create_invitation(email_address="a@b.co", expires_in_days=1).content)["expires_in_days"] == 1


def test_null_and_unset_are_accepted_as_times() -> None:
    assert api.create_user(created_at=None, legal_accepted_at=UNSET).content == b'{"created_at":null}'


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (datetime(2026, 1, 31, 12), "time zone"),
        ("2026-01-31T12:00:00", "time zone"),
        ("2026-01-31", "time zone"),
        (date(2026, 1, 31), "is a date"),
        ("yesterday", "ISO 8601"),
        ("9999-12-31T24:00:00Z", "ISO 8601"),
        ("", "ISO 8601"),
        (None, "None"),
        ([MILLISECONDS], "expected"),
    ],
    ids=str,
)
def test_rejects_other_values_and_names_the_argument(given: Any, problem: str) -> None:
    with pytest.raises(InvalidArgument, match=problem) as caught:
        list_users(created_at_after=given)
    assert caught.value.argument == "created_at_after"


@pytest.mark.parametrize("milliseconds", [0, 1, -1, MILLISECONDS, 253402300799999])
def test_to_datetime_inverts_the_conversion(milliseconds: int) -> None:
    moment = to_datetime(milliseconds)
    assert moment.tzinfo is UTC
    assert list_users(created_at_after=moment).query == f"created_at_after={milliseconds}"


def test_to_datetime_of_none_is_none() -> None:
    assert to_datetime(None) is None


@pytest.mark.parametrize("given", ["2026", [], 10**20, float("inf"), float("nan")], ids=str)
def test_to_datetime_rejects_other_values(given: Any) -> None:
    with pytest.raises(InvalidArgument, match="milliseconds"):
        to_datetime(given)
