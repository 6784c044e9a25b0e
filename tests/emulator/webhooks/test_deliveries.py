"""Deliveries: order, retries, endpoints that fail, and restarts."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.webhooks.receivers import Receiver, receiving

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def test_endpoint_receives_the_events_of_its_types_in_order(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.webhooks.add(receiver.url, ["user.created", "user.deleted"])
    user = api.user()
    api.patch(f"/users/{user['id']}", {"first_name": "Ada"})
    api.delete(f"/users/{user['id']}")
    emulator.webhooks.flush()
    assert receiver.types == ["user.created", "user.deleted"]
    assert receiver.events == [event for event in emulator.events if event["type"] != "user.updated"]
    assert {headers["content-type"] for headers, _ in receiver.received} == {"application/json"}


def test_event_is_sent_to_each_endpoint_with_the_same_id(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    with receiving() as other:
        emulator.webhooks.add(receiver.url)
        emulator.webhooks.add(other.url)
        api.user()
        emulator.webhooks.flush()
        assert receiver.ids == other.ids
        assert receiver.received[0][0]["svix-signature"] != other.received[0][0]["svix-signature"]


def test_endpoint_receives_no_earlier_events(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    api.user()
    emulator.webhooks.add(receiver.url)
    emulator.webhooks.flush()
    assert receiver.received == []


def test_failed_delivery_is_retried_for_28_hours_by_advancing_the_clock(
    emulator: Emulator, api: Api, receiver: Receiver
) -> None:
    receiver.respond = lambda _number: 500
    start = emulator.clock.freeze()
    emulator.webhooks.add(receiver.url)
    api.user()
    began = time.monotonic()
    emulator.webhooks.flush()
    emulator.clock.advance(28 * 3600)
    emulator.webhooks.flush()
    assert time.monotonic() - began < 30
    assert len(set(receiver.ids)) == 1
    (delivery,) = emulator.webhooks.deliveries()
    assert delivery["status"] == "failed"
    times = [attempt["at"] - start for attempt in delivery["attempts"]]
    durations = [attempt["duration"] for attempt in delivery["attempts"]]
    delays = [later - earlier - duration for earlier, later, duration in zip(times, times[1:], durations, strict=False)]
    assert delays == [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500] * 8


@pytest.mark.parametrize("status", [200, 204, 299])
def test_any_2xx_is_a_success(emulator: Emulator, api: Api, receiver: Receiver, status: int) -> None:
    receiver.respond = lambda _number: status
    emulator.webhooks.add(receiver.url)
    api.user()
    emulator.webhooks.flush()
    assert [one["status"] for one in emulator.webhooks.deliveries()] == ["delivered"]


@pytest.mark.parametrize("status", [302, 400, 410, 503])
def test_other_statuses_are_failures(emulator: Emulator, api: Api, receiver: Receiver, status: int) -> None:
    emulator.clock.freeze()
    receiver.respond = lambda number: status if number == 1 else 200
    emulator.webhooks.add(receiver.url)
    api.user()
    emulator.webhooks.flush()
    (delivery,) = emulator.webhooks.deliveries(status="pending")
    assert [attempt["status"] for attempt in delivery["attempts"]] == [status]
    emulator.clock.advance(6)
    emulator.webhooks.flush()
    assert [one["status"] for one in emulator.webhooks.deliveries()] == ["delivered"]
    assert receiver.ids == [delivery["message_id"]] * 2


def test_endpoint_that_does_not_respond_in_time_fails(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze()
    emulator.webhooks.sender.timeout_seconds = 0.2

    def hang(_number: int) -> int:
        time.sleep(0.6)
        return 200

    receiver.respond = hang
    emulator.webhooks.add(receiver.url)
    api.user()
    try:
        emulator.webhooks.flush()
    finally:
        emulator.webhooks.sender.timeout_seconds = 15.0
    (delivery,) = emulator.webhooks.deliveries()
    assert [attempt["error"] for attempt in delivery["attempts"]] == ["no response within 0.2 seconds"]


def test_endpoint_that_cannot_be_reached_fails(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze()
    emulator.webhooks.add("http://127.0.0.1:1/webhooks")
    emulator.webhooks.add(receiver.url)
    api.user()
    emulator.webhooks.flush()
    failed, delivered = emulator.webhooks.deliveries()
    assert (failed["status"], failed["attempts"][0]["status"]) == ("pending", None)
    assert failed["attempts"][0]["error"].startswith("ConnectError")
    assert delivered["status"] == "delivered"


def test_endpoint_that_fails_for_five_days_is_disabled(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze()
    receiver.respond = lambda _number: 500
    endpoint = emulator.webhooks.add(receiver.url)
    for _ in range(5):
        api.user(skip_user_requirement=True)
        emulator.webhooks.flush()
        emulator.clock.advance(24 * 3600)
        emulator.webhooks.flush()
    assert not emulator.webhooks.endpoints[0]["disabled"]
    api.user(skip_user_requirement=True)
    emulator.webhooks.flush()
    assert emulator.webhooks.endpoints[0]["disabled"]
    assert emulator.webhooks.deliveries(status="pending") == []
    attempts = len(receiver.received)
    api.user(skip_user_requirement=True)
    emulator.clock.advance(30 * 24 * 3600)
    emulator.webhooks.flush()
    assert len(receiver.received) == attempts
    with pytest.raises(ValueError, match="is disabled"):
        emulator.webhooks.resend(emulator.webhooks.deliveries()[0]["id"])

    receiver.respond = lambda _number: 200
    emulator.webhooks.enable(endpoint["id"], send_missed=True)
    emulator.webhooks.flush()
    assert len(receiver.received) == attempts + 1
    assert emulator.webhooks.endpoints[0]["failing_since"] is None


def test_success_restarts_the_five_days(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze()
    emulator.webhooks.add(receiver.url)

    def cause_event(status: int, after_days: int) -> bool:
        """Let an event be answered with a status. Return whether the endpoint is disabled then."""
        emulator.clock.advance(after_days * 24 * 3600)
        receiver.respond = lambda _number: status
        api.user(skip_user_requirement=True)
        emulator.webhooks.flush()
        disabled: bool = emulator.webhooks.endpoints[0]["disabled"]
        return disabled

    assert not cause_event(500, 0)
    assert not cause_event(200, 4)
    assert not cause_event(500, 1)
    assert not cause_event(500, 4)
    assert cause_event(500, 1)


def test_enabled_endpoint_misses_what_happened_meanwhile(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.clock.freeze()
    receiver.respond = lambda _number: 500
    endpoint = emulator.webhooks.add(receiver.url)
    api.user()
    emulator.webhooks.flush()
    emulator.clock.advance(6 * 24 * 3600)
    emulator.webhooks.flush()
    api.user(username="grace_hopper")
    emulator.webhooks.flush()
    assert emulator.webhooks.endpoints[0]["disabled"]
    api.user(username="missed_user")
    receiver.respond = lambda _number: 200
    emulator.webhooks.enable(endpoint["id"])
    api.user(username="next_user")
    event = emulator.webhooks.wait_for("user.created", timeout=30)
    assert event["data"]["username"] == "next_user"


def test_delivery_is_sent_again(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.webhooks.add(receiver.url)
    api.user()
    emulator.webhooks.flush()
    (delivery,) = emulator.webhooks.deliveries()
    emulator.webhooks.resend(delivery["id"])
    emulator.webhooks.flush()
    assert receiver.ids == [delivery["message_id"]] * 2
    assert len(emulator.webhooks.deliveries()[0]["attempts"]) == 2
    with pytest.raises(ValueError, match="delivery_id: there is no delivery dlv_0"):
        emulator.webhooks.resend("dlv_0")


def test_removed_endpoint_receives_nothing(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    endpoint = emulator.webhooks.add(receiver.url)
    api.user()
    emulator.webhooks.flush()
    emulator.webhooks.remove(endpoint["id"])
    api.user(username="grace_hopper")
    emulator.webhooks.flush()
    assert len(receiver.received) == 1
    assert emulator.webhooks.endpoints == []
    assert emulator.webhooks.deliveries() == []


def test_wait_for_returns_each_received_event_once(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    emulator.webhooks.add(receiver.url)
    first = api.user(username="ada_lovelace")
    second = api.user(username="grace_hopper")
    assert emulator.webhooks.wait_for("user.created", resource_id=second["id"])["data"] == second
    assert emulator.webhooks.wait_for("user.created")["data"] == first
    with pytest.raises(TimeoutError, match=r"no user\.created was received within 0\.1 seconds"):
        emulator.webhooks.wait_for("user.created", timeout=0.1)


def test_event_that_two_endpoints_received_is_returned_once(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    with receiving() as other:
        emulator.webhooks.add(receiver.url)
        emulator.webhooks.add(other.url)
        api.user()
        emulator.webhooks.flush()
        emulator.webhooks.wait_for("user.created")
        with pytest.raises(TimeoutError):
            emulator.webhooks.wait_for("user.created", timeout=0.05)


def test_stop_abandons_an_attempt_which_is_repeated_after_the_next_start(tmp_path: Path, receiver: Receiver) -> None:
    db = tmp_path / "clerk.db"

    def hang(number: int) -> int:
        time.sleep(3 if number == 1 else 0)
        return 200

    receiver.respond = hang
    with Emulator(db=db, webhooks=receiver.url, seed={"users": [{"id": "user_1", "username": "ada_l"}]}) as emulator:
        emulator.sign_in("user_1")
        while not receiver.received:
            time.sleep(0.01)
        began = time.monotonic()
    assert time.monotonic() - began < 2.5
    with Emulator(db=db) as emulator:
        emulator.webhooks.flush(30)
        (delivery,) = emulator.webhooks.deliveries()
    assert [attempt["status"] for attempt in delivery["attempts"]] == [200]
    assert receiver.ids == [delivery["message_id"]] * 2


def test_pending_deliveries_survive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    db = tmp_path / "clerk.db"
    receiver.respond = lambda number: 500 if number == 1 else 200
    with Emulator(db=db, webhooks=receiver.url) as emulator:
        emulator.clock.freeze()
        headers = {"Authorization": f"Bearer {emulator.secret_key}"}
        httpx.post(
            f"{emulator.url}/users", json={"username": "ada_lovelace"}, headers=headers, trust_env=False, timeout=30
        ).raise_for_status()
        emulator.webhooks.flush(30)
        secret = emulator.webhooks.endpoints[0]["secret"]
    with Emulator(db=db, webhooks=receiver.url) as emulator:
        (endpoint,) = emulator.webhooks.endpoints
        assert endpoint["secret"] == secret
        emulator.clock.advance(60)
        emulator.webhooks.flush(30)
        (delivery,) = emulator.webhooks.deliveries()
    assert delivery["status"] == "delivered"
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 200]
    assert receiver.ids == [delivery["message_id"]] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "ftp://example.com"}, r"url: 'ftp://example\.com' is not an http\(s\) URL"),
        ({"url": "http://localhost", "events": ["user.crated"]}, r"events: Clerk has no event 'user\.crated'"),
        ({"url": "http://localhost", "secret": "secret"}, "secret: must begin with whsec_"),
        ({"url": "http://localhost", "secret": "whsec_%"}, "secret: must be base64"),
    ],
)
def test_invalid_endpoints_are_rejected(emulator: Emulator, arguments: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emulator.webhooks.add(**arguments)  # type: ignore[arg-type]


def test_url_has_one_endpoint(emulator: Emulator) -> None:
    emulator.webhooks.add("http://localhost/a")
    with pytest.raises(ValueError, match="there is already an endpoint"):
        emulator.webhooks.add("http://localhost/a")


def test_events_of_time_are_sent_when_the_clock_reaches_them(emulator: Emulator, api: Api, receiver: Receiver) -> None:
    start = emulator.clock.freeze()
    emulator.billing.add_plan("pro", amount=2000)
    user = api.user()
    emulator.billing.checkout(user["id"], "pro")
    emulator.webhooks.add(receiver.url)
    emulator.clock.advance(32 * 24 * 3600)
    emulator.webhooks.flush()
    assert receiver.types == ["paymentAttempt.created", "paymentAttempt.updated", "subscriptionItem.updated"]
    for event in receiver.events:
        assert 28 * DAY <= event["timestamp"] - start <= 31 * DAY
        assert event["event_attributes"] == {"http_request": {"client_ip": "", "user_agent": ""}}
