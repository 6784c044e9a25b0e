"""Routes for faults."""

from __future__ import annotations

import dataclasses

from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import integer, list_of, nullable, parameters, result, text
from clerk_emulator.json_types import Json

_FIELDS: dict[str, Json] = {
    "operation": nullable(text("The id of the operation that the fault applies to, such as `GetUser`; null for all.")),
    "status": nullable(integer("Respond with this status and Clerk's error for it.", minimum=200, maximum=599)),
    "retry_after": integer("Seconds in the `Retry-After` of a 429.", minimum=0, default=1),
    "delay": integer("Milliseconds to wait before anything else.", minimum=0, maximum=60_000, default=0),
    "act": nullable(
        text(
            "After the operation has run, `cut` closes the connection without a response, and `html` responds with an "
            "HTML page, as a proxy does.",
            enum=["cut", "html"],
        )
    ),
    "unknown": nullable(text("Replace the value of this key, wherever the response has it, with an undocumented one.")),
    "drop": nullable(text("Remove this key wherever the response has it.")),
    "times": nullable(integer("How many requests the fault applies to; null for all.", minimum=1, default=1)),
}
_FAULTS = result(faults=list_of(result(**_FIELDS)))


def _faults(call: ControlCall) -> Json:
    return {"faults": [dataclasses.asdict(fault) for fault in call.controls.faults.waiting]}


@route("GET", "/faults", python="faults.waiting", result=_FAULTS)
def list_faults(call: ControlCall) -> Json:
    """Return the faults that still apply to requests, the oldest first."""
    return _faults(call)


@route("POST", "/faults", python="faults.add", body=parameters(**_FIELDS), result=_FAULTS)
def add_fault(call: ControlCall) -> Json:
    """Make requests fail: the next one, the next of an operation, or the next `times` of them. Return all faults."""
    call.controls.faults.add(**call.body)
    return _faults(call)


@route("DELETE", "/faults", python="faults.clear")
def clear_faults(call: ControlCall) -> None:
    """Remove all faults."""
    call.controls.faults.clear()
