"""Routes for events."""

from __future__ import annotations

from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import OPEN, list_of, result
from clerk_emulator.json_types import Json


@route("GET", "/events", python="events", result=result(events=list_of(OPEN)))
def list_events(call: ControlCall) -> Json:
    """Return everything that happened, in order, as the events that Clerk sends to webhooks."""
    return {"events": call.controls.events}
