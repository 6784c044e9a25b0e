"""Routes for the clock."""

from __future__ import annotations

from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import MILLISECONDS, TIME, boolean, integer, number, parameters, result
from clerk_emulator.domain import formats
from clerk_emulator.json_types import Json

_CLOCK = result(now=MILLISECONDS, frozen=boolean("Whether the clock stands still."))


def _clock(call: ControlCall) -> Json:
    return {"now": call.controls.clock.now(), "frozen": call.controls.clock.is_frozen}


def _at(call: ControlCall) -> int | None:
    at: int | str | None = call.body.get("at")
    return formats.time("at", at) if isinstance(at, str) else at


@route("GET", "/clock", python="clock.now clock.time clock.is_frozen", result=_CLOCK)
def get_clock(call: ControlCall) -> Json:
    """Return the time of the emulator's clock."""
    return _clock(call)


@route("POST", "/clock/freeze", python="clock.freeze", body=parameters(at=TIME), result=_CLOCK)
def freeze_clock(call: ControlCall) -> Json:
    """Stop the clock, now or at a time."""
    call.controls.clock.freeze(_at(call))
    return _clock(call)


@route("POST", "/clock/unfreeze", python="clock.unfreeze", result=_CLOCK)
def unfreeze_clock(call: ControlCall) -> Json:
    """Let a frozen clock run on from the time that it shows."""
    call.controls.clock.unfreeze()
    return _clock(call)


@route("POST", "/clock/set", python="clock.set", body=parameters("at", at=TIME), result=_CLOCK)
def set_clock(call: ControlCall) -> Json:
    """Set the clock to a time, forward or back. A frozen clock stays frozen."""
    at = _at(call)
    assert at is not None
    call.controls.clock.set(at)
    return _clock(call)


@route(
    "POST",
    "/clock/advance",
    python="clock.advance",
    body=parameters(seconds=number(minimum=0), milliseconds=integer(minimum=0)),
    result=_CLOCK,
)
def advance_clock(call: ControlCall) -> Json:
    """Move the clock forward. A frozen clock stays frozen."""
    call.controls.clock.advance(**call.body)
    return _clock(call)


@route("POST", "/clock/reset", python="clock.reset", result=_CLOCK)
def reset_clock(call: ControlCall) -> Json:
    """Return to the real time."""
    call.controls.clock.reset()
    return _clock(call)
