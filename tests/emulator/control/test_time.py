"""The clock over HTTP and in Python."""

from __future__ import annotations

import datetime
import time

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api
from tests.emulator.control.conftest import Control

MOMENT = 1_778_544_000_000


def test_frozen_clock_stands_still(api: Api, control: Control) -> None:
    assert control.post("/clock/freeze", {"at": "2026-05-12T02:00:00+02:00"}) == {"now": MOMENT, "frozen": True}
    assert api.user()["created_at"] == MOMENT
    assert control.post("/clock/freeze") == control.get("/clock") == {"now": MOMENT, "frozen": True}


def test_clock_advances(api: Api, control: Control) -> None:
    control.post("/clock/freeze", {"at": MOMENT})
    assert control.post("/clock/advance", {"seconds": 0.5, "milliseconds": 1})["now"] == MOMENT + 501
    assert api.user()["created_at"] == MOMENT + 501


def test_unfrozen_clock_runs_on_from_its_time(control: Control, emulator: Emulator) -> None:
    control.post("/clock/freeze", {"at": MOMENT})
    control.post("/clock/advance", {"seconds": 10})
    assert control.post("/clock/unfreeze")["frozen"] is False
    time.sleep(0.01)
    assert MOMENT + 10_010 <= emulator.clock.now() < MOMENT + 70_000
    before = emulator.clock.now()
    assert before <= emulator.clock.unfreeze() < before + 60_000


@pytest.mark.parametrize("frozen", [True, False])
def test_clock_can_be_set_back(control: Control, emulator: Emulator, frozen: bool) -> None:
    if frozen:
        emulator.clock.freeze()
    for at in (MOMENT, MOMENT - 86_400_000):
        told = control.post("/clock/set", {"at": at})
        assert told["frozen"] is emulator.clock.is_frozen is frozen
        assert at <= told["now"] <= at + (0 if frozen else 60_000)
    assert emulator.clock.set(datetime.datetime(2026, 5, 12, tzinfo=datetime.UTC)) == MOMENT


def test_reset_clock_shows_the_real_time(control: Control) -> None:
    control.post("/clock/freeze", {"at": MOMENT})
    assert abs(control.post("/clock/reset")["now"] - time.time() * 1000) < 60_000
    assert control.get("/clock")["frozen"] is False


@pytest.mark.parametrize(
    ("path", "body", "errors"),
    [
        ("freeze", {"at": 1_700_000_000}, [("invalid", "at")]),
        ("freeze", {"at": "yesterday"}, [("form_param_invalid_time", "at")]),
        ("freeze", {"at": None}, [("invalid", "at")]),
        ("set", {}, [("missing", "at")]),
        ("advance", {"seconds": -1}, [("invalid", "seconds")]),
        ("advance", {"seconds": 1e15}, [("invalid", "seconds")]),
        ("advance", {"seconds": 1e307}, [("invalid", "seconds")]),
        ("advance", {"milliseconds": 0.5, "hours": 1}, [("invalid", "milliseconds"), ("unknown_parameter", "hours")]),
    ],
)
def test_rejects_invalid_times(
    control: Control, emulator: Emulator, path: str, body: dict[str, object], errors: list[tuple[str, str]]
) -> None:
    emulator.clock.freeze(MOMENT)
    status, found = control.refused("POST", f"/clock/{path}", json=body)
    assert (status, sorted(found)) == (422, sorted(errors))
    assert emulator.clock.now() == MOMENT
