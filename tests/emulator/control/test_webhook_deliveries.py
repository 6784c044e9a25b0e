"""The routes for webhooks do what the Python methods do."""

from __future__ import annotations

import time

import pytest

from clerk_emulator import Emulator
from clerk_emulator.control.routes import PREFIX
from tests.emulator.api import Api
from tests.emulator.control.conftest import Control
from tests.emulator.webhooks.receivers import receiving


def test_endpoint_receives_events(control: Control, api: Api) -> None:
    with receiving() as receiver:
        endpoint = control.post("/webhooks", {"url": receiver.url, "events": ["user.created"]})
        assert control.get("/webhooks") == {"endpoints": [endpoint]}
        user = api.user()
        event = control.post("/webhooks/wait_for", {"event_type": "user.created", "resource_id": user["id"]})
        assert receiver.events == [event]
        (delivery,) = control.get("/webhooks/deliveries", status="delivered")["deliveries"]
        assert [attempt["status"] for attempt in delivery["attempts"]] == [200]
        assert control.get("/webhooks/deliveries", event_type="user.deleted") == {"deliveries": []}
        assert control.post(f"/webhooks/deliveries/{delivery['id']}/resend")["status"] == "pending"
        control.post("/webhooks/flush")
        assert receiver.ids == [delivery["message_id"]] * 2
        control.delete(f"/webhooks/{endpoint['id']}")
        assert control.get("/webhooks") == {"endpoints": []}


def test_retries_run_on_the_clock(control: Control, api: Api) -> None:
    with receiving() as receiver:
        receiver.respond = lambda number: 500 if number < 4 else 200
        control.post("/clock/freeze")
        control.post("/webhooks", {"url": receiver.url})
        api.user()
        control.post("/clock/advance", {"seconds": 35 * 60 + 20})
        control.post("/webhooks/flush", {"timeout": 30})
        (delivery,) = control.get("/webhooks/deliveries")["deliveries"]
        assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 500, 500, 200]


def test_secret_is_rotated(control: Control, api: Api) -> None:
    with receiving() as receiver:
        endpoint = control.post("/webhooks", {"url": receiver.url})
        rotated = control.post(f"/webhooks/{endpoint['id']}/rotate_secret")
        assert rotated["secret"] != endpoint["secret"]
        control.patch("/webhooks/options", {"timestamps": "emulator"})
        api.user()
        control.post("/webhooks/flush")
        assert len(receiver.received[0][0]["svix-signature"].split()) == 2


def test_deliveries_are_disturbed(control: Control, api: Api) -> None:
    with receiving() as receiver:
        control.post("/webhooks", {"url": receiver.url})
        fault = {"kind": "lose", "event": "user.created", "times": 1, "seconds": 1.0}
        assert control.post("/webhooks/faults", fault) == {"faults": [fault]}
        assert control.get("/webhooks/faults") == {"faults": [fault]}
        control.post("/webhooks/faults", {"kind": "delay"})
        control.delete("/webhooks/faults")
        assert control.get("/webhooks/faults") == {"faults": []}
        control.post("/webhooks/faults", {"kind": "duplicate"})
        api.user()
        control.post("/webhooks/flush")
        assert len(receiver.received) == 2


def test_disabled_endpoint_is_enabled(control: Control, emulator: Emulator, api: Api) -> None:
    with receiving() as receiver:
        receiver.respond = lambda _number: 500
        control.post("/clock/freeze")
        endpoint = control.post("/webhooks", {"url": receiver.url})
        for _ in range(2):
            api.user(skip_user_requirement=True)
            emulator.webhooks.flush()
            control.post("/clock/advance", {"seconds": 6 * 24 * 3600})
            emulator.webhooks.flush()
        assert control.get("/webhooks")["endpoints"][0]["disabled"]
        enabled = control.post(f"/webhooks/{endpoint['id']}/enable", {"send_missed": True})
        assert (enabled["disabled"], enabled["failing_since"]) == (False, None)


def test_waiting_ends_with_a_timeout(control: Control) -> None:
    body = {"event_type": "user.created", "timeout": 0.05}
    assert control.refused("POST", "/webhooks/wait_for", json=body) == (504, [("timeout", None)])


def test_flush_ends_with_a_timeout(control: Control, api: Api) -> None:
    with receiving() as receiver:
        receiver.respond = lambda _number: time.sleep(0.3) or 200
        control.post("/webhooks", {"url": receiver.url})
        api.user()
        assert control.refused("POST", "/webhooks/flush", json={"timeout": 0.05}) == (504, [("timeout", None)])
        control.post("/webhooks/flush")


@pytest.mark.parametrize("path", ["/webhooks/wait_for", "/webhooks/flush"])
def test_timeout_is_documented(control: Control, path: str) -> None:
    documented = control.get("/openapi.json")["paths"][PREFIX + path]["post"]["responses"]
    assert documented.keys() - {"200", "204"} == {"4XX", "504"}


def test_unknown_event_types_are_named(control: Control) -> None:
    body = {"event_type": "user.begun", "timeout": 5}
    assert control.refused("POST", "/webhooks/wait_for", json=body) == (422, [("invalid", "event_type")])
    query = {"event_type": "user.begun"}
    assert control.refused("GET", "/webhooks/deliveries", params=query) == (422, [("invalid", "event_type")])


def test_invalid_arguments_are_named(control: Control) -> None:
    url = {"url": "http://localhost/a"}
    for body, field in (
        ({"url": "localhost"}, "url"),
        ({"url": "http://a b"}, "url"),
        ({**url, "events": ["user.crated"]}, "events"),
        ({**url, "secret": "x"}, "secret"),
    ):
        assert control.refused("POST", "/webhooks", json=body) == (422, [("invalid", field)])
    assert control.refused("DELETE", "/webhooks/ep_0") == (422, [("invalid", None)])
    assert control.refused("POST", "/webhooks/deliveries/dlv_0/resend") == (422, [("invalid", None)])
