"""The clock, faults, and the state as a whole."""

from __future__ import annotations

import math
import re
from typing import Any, cast

from clerk_emulator.contract.event_types import event_types
from clerk_emulator.contract.specification import operations
from clerk_emulator.dashboard.routes import PageCall, Redirect, View, action, page, view
from clerk_emulator.domain import formats
from clerk_emulator.webhooks.faults import KINDS, Kind

_PATH = "/dashboard/time"
_ZONE = re.compile(r"([Zz]|[+-]\d\d:?\d\d)$")
_UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@page("/time")
def show_time(call: PageCall) -> View:
    """Show the clock, and the faults that still apply."""
    return view(
        "dashboard/time.html",
        current="time",
        units=_UNITS,
        faults=call.controls.faults.waiting,
        delivery_faults=call.controls.webhooks.faults.waiting,
        operations=sorted(operations()),
        event_types=sorted(event_types()),
        kinds=KINDS,
        can_reset=call.store.is_in_memory,
    )


@action("/time/freeze", show_time)
def freeze(call: PageCall) -> Redirect:
    """Stop the clock, now or at a time."""
    at = call.form.get("at", "")
    call.controls.clock.freeze(_moment(at) if at else None)
    return Redirect(_PATH, "clock-frozen")


@action("/time/unfreeze", show_time)
def unfreeze(call: PageCall) -> Redirect:
    """Let the clock run."""
    call.controls.clock.unfreeze()
    return Redirect(_PATH, "clock-running")


@action("/time/set", show_time)
def set_clock(call: PageCall) -> Redirect:
    """Set the clock to a time."""
    call.controls.clock.set(_moment(call.form.get("at", "")))
    return Redirect(_PATH, "clock-set")


@action("/time/advance", show_time)
def advance(call: PageCall) -> Redirect:
    """Move the clock forward."""
    unit = _UNITS.get(call.form.get("unit", "seconds"))
    if unit is None:
        raise ValueError(f"unit: {call.form['unit']!r} is not one of {', '.join(_UNITS)}")
    call.controls.clock.advance(_number("amount", call.form.get("amount", "")) * unit)
    return Redirect(_PATH, "clock-advanced")


@action("/time/reset", show_time)
def reset_clock(call: PageCall) -> Redirect:
    """Return to the real time."""
    call.controls.clock.reset()
    return Redirect(_PATH, "clock-reset")


@action("/faults", show_time)
def add_fault(call: PageCall) -> Redirect:
    """Make requests fail."""
    form = call.form
    chosen = form.get("effect", "status")
    values: dict[str, Any] = {"operation": form.get("operation") or None, "times": _times(form)}
    if chosen == "status":
        values["status"] = int(_number("status", form.get("status", "")))
    elif chosen == "delay":
        values["delay"] = int(_number("delay", form.get("delay", "")))
    elif chosen in ("cut", "html"):
        values["act"] = chosen
    else:
        raise ValueError(f"effect: {chosen!r} is not one of status, delay, cut, html")
    call.controls.faults.add(**values)
    return Redirect(_PATH, "fault-added")


@action("/faults/clear", show_time)
def clear_faults(call: PageCall) -> Redirect:
    """Remove all faults of requests."""
    call.controls.faults.clear()
    return Redirect(_PATH, "faults-cleared")


@action("/delivery_faults", show_time)
def add_delivery_fault(call: PageCall) -> Redirect:
    """Disturb deliveries."""
    form = call.form
    seconds = _number("seconds", form.get("seconds") or "1")
    kind = cast(Kind, form.get("kind", ""))  # an unknown kind is rejected
    call.controls.webhooks.faults.add(kind, event=form.get("event") or None, times=_times(form), seconds=seconds)
    return Redirect(_PATH, "delivery-fault-added")


@action("/delivery_faults/clear", show_time)
def clear_delivery_faults(call: PageCall) -> Redirect:
    """Remove all faults of deliveries."""
    call.controls.webhooks.faults.clear()
    return Redirect(_PATH, "delivery-faults-cleared")


@action("/state/reset", show_time)
def reset_state(call: PageCall) -> Redirect:
    """Restore the state that the emulator has started with."""
    try:
        call.controls.reset()
    except RuntimeError as error:  # the state is in a file
        raise ValueError(str(error)) from None
    return Redirect("/", "state-reset")


def _moment(text: str) -> int:
    """Return a time in milliseconds. The field of a browser has neither seconds nor a time zone: it is UTC."""
    text = text.strip().replace(" ", "T")
    if len(text) == len("2026-05-12T09:30"):
        text += ":00"
    if not _ZONE.search(text):
        text += "Z"
    return formats.time("at", text)


def _times(form: dict[str, str]) -> int | None:
    return None if form.get("always") else int(_number("times", form.get("times") or "1"))


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name}: {text!r} is not a number")
    return number
