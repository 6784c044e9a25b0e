"""The ledger of events."""

from __future__ import annotations

from clerk_emulator import Emulator
from tests.emulator.api import Api


def test_event_has_the_envelope_and_the_request_that_caused_it(emulator: Emulator, api: Api) -> None:
    at = emulator.clock.freeze()
    user = api.post("/users", {"username": "ada_lovelace"}, headers={"User-Agent": "my-backend/1.0"})
    (event,) = emulator.events
    assert event == {
        "data": user,
        "event_attributes": {"http_request": {"client_ip": "127.0.0.1", "user_agent": "my-backend/1.0"}},
        "instance_id": api.get("/instance")["id"],
        "object": "event",
        "timestamp": at,
        "type": "user.created",
    }
