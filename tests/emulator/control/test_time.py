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
        ("advance", {"seconds": 10**400}, [("invalid", "seconds")]),
        ("advance", {"seconds": 1e307}, [("invalid", "seconds")]),
        ("freeze", {"at": "2900-01-01T00:00:00Z"}, [("invalid", "at")]),
        ("set", {"at": 253_402_300_799_999}, [("invalid", "at")]),
        ("advance", {"seconds": 200 * 366 * 24 * 3600}, [("invalid", "seconds")]),
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


def test_clock_names_the_last_day_that_it_can_be_set_to(emulator: Emulator) -> None:
    far = datetime.datetime(2900, 1, 1, tzinfo=datetime.UTC)
    with pytest.raises(ValueError, match=r"at: the clock can be set until \d{4}-\d\d-\d\d, 100 years after the real"):
        emulator.clock.set(far)
    with pytest.raises(ValueError, match="at: 1950-01-01 00:00:00\\+00:00 is before 1973"):
        emulator.clock.freeze(datetime.datetime(1950, 1, 1, tzinfo=datetime.UTC))


def test_paid_plan_renews_for_a_hundred_years(api: Api, control: Control, emulator: Emulator) -> None:
    user_id = api.user()["id"]
    emulator.billing.add_plan("pro", annual_monthly_amount=1000)
    emulator.billing.checkout(user_id, "pro", "annual")
    control.post("/clock/advance", {"seconds": int(99.5 * 365.25 * 24 * 3600)})
    assert api.get("/billing/statements", limit=1)["total_count"] == 1 + 99
