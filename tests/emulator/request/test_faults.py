"""Faults, rate limits, the clock and ids."""

from __future__ import annotations

import datetime
import math
import pickle
import re
import time
from typing import Any

import httpx
import pytest

from clerk_emulator import ClerkAPIError, Emulator
from clerk_emulator.contract.specification import Operation, operations
from clerk_emulator.request.rate_limits import InstanceType, RateLimits
from clerk_emulator.storage.clock import Clock
from tests.emulator.api import Api

HEADER = "X-Clerk-Emulator-Fault"


def test_fault_applies_to_next_request_only(api: Api, emulator: Emulator) -> None:
    emulator.faults.add(status=503)
    problem = api.refused("GET", "/users")
    assert (problem.status, problem.codes) == (503, ["service_unavailable"])
    assert api.get("/users") == []


def test_fault_applies_to_operation_and_times(api: Api, emulator: Emulator) -> None:
    emulator.faults.add("CreateUser", status=429, retry_after=7, times=2)
    assert api.get("/users") == []
    for _ in range(2):
        response = api.http.post("/users", json={"username": "ada_l"})
        assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
        assert response.json()["errors"][0]["code"] == "too_many_requests"
    api.user(username="ada_l")


def test_fault_without_times_applies_until_cleared(api: Api, emulator: Emulator) -> None:
    emulator.faults.add(status=500, times=None)
    assert [api.refused("GET", "/users").codes for _ in range(3)] == [["internal_clerk_error"]] * 3
    emulator.faults.clear()
    assert api.get("/users") == []


def test_cut_closes_connection_after_operation(api: Api, emulator: Emulator) -> None:
    emulator.faults.add(act="cut")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        api.post("/users", {"username": "ada_l"})
    assert len(api.get("/users")) == 1


def test_html_fault_returns_page(api: Api) -> None:
    response = api.http.get("/users", headers={HEADER: "act=html; status=502"})
    assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


def test_unknown_values_and_dropped_keys(api: Api) -> None:
    user = api.user()
    response = api.http.get(f"/users/{user['id']}", headers={HEADER: "unknown=strategy; drop=created_at"}).json()
    assert "created_at" not in response
    assert response["email_addresses"][0]["verification"]["strategy"] == "a_value_of_tomorrow"
    assert "created_at" not in response["email_addresses"][0]
    assert api.get(f"/users/{user['id']}") == user


def test_delay_fault_delays_response(api: Api) -> None:
    with pytest.raises(httpx.ReadTimeout):
        api.http.get("/users", headers={HEADER: "delay=2000"}, timeout=0.1)
    assert api.http.get("/users", headers={HEADER: "delay=1"}).status_code == 200


@pytest.mark.parametrize("header", ["status=x", "nope=1", "status=100", "act=dance", "delay=-1"])
def test_rejects_invalid_fault_header(api: Api, header: str) -> None:
    assert api.refused("GET", "/users", headers={HEADER: header}).codes == ["bad_request"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("status=x", "status: 'x' is not a whole number"),
        ("nope=1", "'nope' is not one of status, retry_after, delay, act, unknown, drop"),
        ("times=2", "'times' is not one of status, retry_after, delay, act, unknown, drop"),
        ("", "'' is not one of status, retry_after, delay, act, unknown, drop"),
    ],
)
def test_invalid_fault_header_is_explained(api: Api, header: str, reason: str) -> None:
    (error,) = api.http.get("/users", headers={HEADER: header}).json()["errors"]
    assert error["long_message"] == f"x-clerk-emulator-fault: {reason}."


@pytest.mark.parametrize(
    "values", [{"operation": "Nope"}, {"status": 200}, {"status": 600}, {"act": "dance"}, {"delay": -1}]
)
def test_rejects_invalid_fault(emulator: Emulator, values: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        emulator.faults.add(**values)


def test_rate_limits_use_emulator_clock() -> None:
    with (
        Emulator(rate_limits="development") as emulator,
        httpx.Client(
            base_url=emulator.url, headers={"Authorization": f"Bearer {emulator.secret_key}"}, trust_env=False
        ) as http,
    ):
        emulator.clock.freeze()
        assert [http.get("/users/count").status_code for _ in range(100)] == [200] * 100
        emulator.clock.advance(4)
        blocked = http.get("/users/count")
        assert (blocked.status_code, blocked.headers["Retry-After"]) == (429, "6")
        assert blocked.json()["errors"][0] | {"message": "", "long_message": ""} == {
            "code": "too_many_requests",
            "message": "",
            "long_message": "",
            "meta": {"resets_in": 6},
        }
        assert http.get("/jwks").status_code == 200
        emulator.clock.advance(6)
        user = http.post("/users", json={"username": "ada_l"}).json()["id"]
        for _ in range(5):
            assert http.patch(f"/users/{user}/metadata", json={}).status_code == 200
            assert http.put(f"/users/{user}/metadata", json={}).status_code == 200
        assert http.put(f"/users/{user}/metadata", json={}).status_code == 429
        assert http.patch(f"/users/{user}", json={}).status_code == 200


def test_limit_applies_to_its_operation_only() -> None:
    limits, operations = limited()
    for _ in range(100):
        limits.count(operations["GetUser"], ["user_1"])
    for user in ("user_1", "user_2"):
        with pytest.raises(ClerkAPIError, match="429 too_many_requests"):
            limits.count(operations["GetUser"], [user])
    limits.count(operations["GetUserList"], [])
    for number in range(100):
        limits.count(operations["UpdateUser"], [f"user_{number // 10}"])
    with pytest.raises(ClerkAPIError, match="429 too_many_requests"):
        limits.count(operations["UpdateUser"], ["user_11"])


def size(limits: RateLimits) -> int:
    """Return how much is stored about calls."""
    return len(pickle.dumps({name: value for name, value in vars(limits).items() if name != "clock"}))


def test_old_calls_are_dropped() -> None:
    limits, operations = limited("production")
    before = size(limits)
    for number in range(50):
        limits.clock.advance(10)
        for user in range(1000):
            limits.count(operations["UpdateUser"], [f"user_{number}_{user}"])
        limits.count(operations["CreateOrganizationInvitation"], [f"org_{number}"])
    during = size(limits)
    limits.clock.advance(3600)
    limits.count(operations["UpdateUser"], ["user_x"])
    limits.count(operations["CreateOrganizationInvitation"], ["org_x"])
    assert during < before + 100_000
    assert size(limits) < before + 1000


def test_setting_clock_back_resets_limits() -> None:
    limits, operations = limited()
    for _ in range(250):
        limits.count(operations["CreateOrganizationInvitation"], ["org_1"])
        limits.clock.advance(1)
    limits.clock.freeze(1_600_000_000_000)
    limits.count(operations["CreateOrganizationInvitation"], ["org_1"])


def limited(instance: InstanceType = "development") -> tuple[RateLimits, dict[str, Operation]]:
    clock = Clock()
    clock.freeze(1_700_000_000_000)
    return RateLimits(clock, instance), operations()


def test_clock_freezes_and_advances(api: Api, emulator: Emulator) -> None:
    assert emulator.clock.freeze(1_700_000_000_000) == 1_700_000_000_000
    user = api.user(username="ada_l")
    assert user["created_at"] == user["updated_at"] == 1_700_000_000_000
    assert emulator.clock.advance(1.5, milliseconds=5) == 1_700_000_001_505
    assert api.patch(f"/users/{user['id']}", {"first_name": "Ada"})["updated_at"] == 1_700_000_001_505
    for step in (-1, math.nan, math.inf, 1e12):
        with pytest.raises(ValueError, match="seconds"):
            emulator.clock.advance(step)
    assert (emulator.clock.now(), emulator.clock.time()) == (1_700_000_001_505, 1_700_000_001.505)


def test_clock_accepts_datetimes(api: Api, emulator: Emulator) -> None:
    berlin = datetime.timezone(datetime.timedelta(hours=1))
    assert emulator.clock.freeze(datetime.datetime(2026, 5, 12, 13, 0, 0, 1999, berlin)) == 1_778_587_200_001
    assert api.user(username="ada_l")["created_at"] == 1_778_587_200_001
    with pytest.raises(ValueError, match=r"at: .* has no time zone"):
        emulator.clock.freeze(datetime.datetime(2026, 5, 12))
    assert emulator.clock.now() == 1_778_587_200_001


@pytest.mark.parametrize("at", [1_700_000_000, 1_700_000_000.5, 0, -1, 1_700_000_000 * 10**9, math.nan, math.inf])
def test_clock_rejects_other_units(api: Api, emulator: Emulator, at: float) -> None:
    with pytest.raises(ValueError, match=r"at: .*milliseconds"):
        emulator.clock.freeze(at)
    assert api.user(username="ada_l")["created_at"] > 1_700_000_000_000


@pytest.mark.parametrize("at", ["text", "2026-05-12", True, [1], datetime.date(2026, 5, 12), datetime.timedelta(1)])
@pytest.mark.parametrize("method", ["freeze", "set"])
def test_clock_rejects_values_that_are_no_time(emulator: Emulator, method: str, at: Any) -> None:
    before = emulator.clock.is_frozen
    with pytest.raises(ValueError, match=rf"^at: {re.escape(repr(at))} is not a time in milliseconds .*a datetime$"):
        getattr(emulator.clock, method)(at)
    assert emulator.clock.is_frozen == before


def test_clock_advances_by_a_timedelta(emulator: Emulator) -> None:
    emulator.clock.freeze(1_700_000_000_000)
    assert emulator.clock.advance(datetime.timedelta(minutes=2, milliseconds=5)) == 1_700_000_120_005
    with pytest.raises(ValueError, match=r"seconds: -1000 milliseconds go back"):
        emulator.clock.advance(datetime.timedelta(seconds=-1))
    assert emulator.clock.now() == 1_700_000_120_005


@pytest.mark.parametrize("step", ["60", None, True, [1], math.nan, math.inf, datetime.datetime(2026, 5, 12)])
def test_clock_rejects_steps_that_are_no_number(emulator: Emulator, step: Any) -> None:
    emulator.clock.freeze(1_700_000_000_000)
    seen = re.escape(repr(step))
    with pytest.raises(ValueError, match=rf"^seconds: {seen} is not a number of seconds or a timedelta$"):
        emulator.clock.advance(step)
    with pytest.raises(ValueError, match=rf"^milliseconds: {seen} is not a number of milliseconds$"):
        emulator.clock.advance(milliseconds=step)
    assert emulator.clock.now() == 1_700_000_000_000


@pytest.mark.parametrize("at", [100_000_000_000, 1_700_000_000_000.6, None], ids=["earliest", "fraction", "latest"])
def test_operations_work_at_clock_limits(api: Api, emulator: Emulator, at: float | None) -> None:
    at = at or (time.time() + 100 * 365.25 * 24 * 3600 - 60) * 1000
    user = api.user(username="ada_l")["id"]
    emulator.clock.freeze(at)
    assert emulator.sign_in(user)
    assert api.post("/invitations", {"email_address": "bob@example.com"})["created_at"] == round(at)
    assert emulator.dump()["users"]


def test_ids_sort_by_creation_time(api: Api, emulator: Emulator) -> None:
    ids = [api.user(username=f"user_{i}")["id"] for i in range(3)]
    emulator.clock.advance(3600)
    ids += [api.user(username=f"later_{i}")["id"] for i in range(3)]
    assert ids == sorted(ids)
    assert all(len(one) == len("user_") + 27 for one in ids)


def test_ids_are_the_same_with_the_same_seed() -> None:
    def made() -> list[str]:
        with Emulator(random_seed=7) as emulator:
            emulator.clock.freeze(1_700_000_000_000)
            return [emulator.secret_key, *(emulator.add_passkey(user)["id"] for user in _users(emulator))]

    assert made() == made()


def _users(emulator: Emulator) -> list[str]:
    response = httpx.post(
        emulator.url + "/users",
        headers={"Authorization": f"Bearer {emulator.secret_key}"},
        json={"username": "ada_l"},
        trust_env=False,
    )
    return [response.json()["id"]]
