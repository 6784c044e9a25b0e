"""Faults of deliveries."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.webhooks.receivers import Receiver


@pytest.fixture
def names(emulator: Emulator, receiver: Receiver) -> list[str]:
    """The users to create; an endpoint receives the events."""
    emulator.clock.freeze()
    emulator.webhooks.add(receiver.url)
    return ["first", "second", "third"]


def create(api: Api, emulator: Emulator, names: list[str]) -> None:
    for name in names:
        api.user(username=name)
    emulator.webhooks.flush()


def received(receiver: Receiver) -> list[str]:
    return [event["data"]["username"] for event in receiver.events]


def test_lost_delivery_is_never_sent(emulator: Emulator, api: Api, receiver: Receiver, names: list[str]) -> None:
    emulator.webhooks.faults.add("lose")
    create(api, emulator, names)
    emulator.clock.advance(7 * 24 * 3600)
    emulator.webhooks.flush()
    assert received(receiver) == ["second", "third"]
    assert [one["status"] for one in emulator.webhooks.deliveries()] == ["lost", "delivered", "delivered"]


def test_duplicate_has_the_same_id(emulator: Emulator, api: Api, receiver: Receiver, names: list[str]) -> None:
    emulator.webhooks.faults.add("duplicate", times=2)
    create(api, emulator, names)
    assert received(receiver) == ["first", "first", "second", "second", "third"]
    assert len(set(receiver.ids)) == 3


def test_delayed_delivery_is_sent_later(emulator: Emulator, api: Api, receiver: Receiver, names: list[str]) -> None:
    emulator.webhooks.faults.add("delay", seconds=60)
    create(api, emulator, names)
    assert received(receiver) == ["second", "third"]
    emulator.clock.advance(60)
    emulator.webhooks.flush()
    assert received(receiver) == ["second", "third", "first"]


def test_delay_counts_from_the_event_although_the_clock_is_advanced_at_once(
    emulator: Emulator, api: Api, receiver: Receiver, names: list[str]
) -> None:
    emulator.webhooks.faults.add("delay", times=None, seconds=3600)
    for name in names:
        api.user(username=name)
        emulator.clock.advance(3600)
    emulator.webhooks.flush()
    assert received(receiver) == ["first", "second", "third"]


def test_reordered_delivery_follows_the_next_event(
    emulator: Emulator, api: Api, receiver: Receiver, names: list[str]
) -> None:
    emulator.webhooks.faults.add("reorder")
    create(api, emulator, names)
    assert received(receiver) == ["second", "first", "third"]


def test_reordered_delivery_is_sent_although_no_event_follows(
    emulator: Emulator, api: Api, receiver: Receiver, names: list[str]
) -> None:
    emulator.webhooks.faults.add("reorder", seconds=2)
    create(api, emulator, names[:1])
    assert received(receiver) == []
    emulator.clock.advance(2)
    emulator.webhooks.flush()
    assert received(receiver) == ["first"]


def test_fault_applies_to_one_event_type(emulator: Emulator, api: Api, receiver: Receiver, names: list[str]) -> None:
    emulator.webhooks.faults.add("lose", event="user.updated", times=None)
    create(api, emulator, names)
    user_id = receiver.events[0]["data"]["id"]
    for name in ("Ada", "Grace"):
        api.patch(f"/users/{user_id}", {"first_name": name})
    api.delete(f"/users/{user_id}")
    emulator.webhooks.flush()
    assert receiver.types == ["user.created"] * 3 + ["user.deleted"]
    emulator.webhooks.faults.clear()
    api.user(username="fourth")
    emulator.webhooks.flush()
    assert receiver.types[-1] == "user.created"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "drop"}, "kind: 'drop' is not one of delay, duplicate, lose, reorder"),
        ({"kind": "lose", "event": "user.gone"}, "event: Clerk has no event"),
        ({"kind": "lose", "times": 0}, "times: 0 is not at least 1"),
        ({"kind": "delay", "seconds": -1}, "seconds: -1 is not from 0 to 3153600000"),
        ({"kind": "delay", "seconds": 10**400}, "seconds: 10{400} is not from 0 to 3153600000"),
        ({"kind": "delay", "seconds": float("nan")}, "seconds: nan is not from 0 to 3153600000"),
    ],
)
def test_invalid_faults_are_rejected(emulator: Emulator, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        emulator.webhooks.faults.add(**arguments)
