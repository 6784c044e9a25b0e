"""Routes for webhooks: endpoints, deliveries and their faults."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Callable
from typing import TypeVar

from clerk_emulator.control.control_error import ControlError
from clerk_emulator.control.routes import ControlCall, route
from clerk_emulator.control.schemas import (
    MILLISECONDS,
    OPEN,
    boolean,
    integer,
    list_of,
    nullable,
    number,
    parameters,
    result,
    text,
)
from clerk_emulator.json_types import Json
from clerk_emulator.webhooks.faults import KINDS, LONGEST_SECONDS

T = TypeVar("T")

_POLL_SECONDS = 0.01

_EVENTS = nullable(list_of(text(), "The types of the events that it receives; null for all."))
_SECRET = text("The signing secret, `whsec_...`.")
_ENDPOINT = result(
    object=text(),
    id=text(),
    url=text(),
    events=_EVENTS,
    secret=_SECRET,
    disabled=boolean("Whether it receives nothing, because it has failed for five days."),
    failing_since=nullable({**MILLISECONDS, "description": "The first failure since the last success."}),
    created_at=MILLISECONDS,
    updated_at=MILLISECONDS,
)
_ATTEMPT = result(
    at=MILLISECONDS,
    status=nullable(integer("The status of the response; null if there was none.")),
    error=nullable(text("Why there was no response.")),
    duration=integer("Real milliseconds."),
)
_STATUS = text(enum=["delivered", "failed", "lost", "pending"])
_DELIVERY = result(
    object=text(),
    id=text(),
    endpoint_id=text(),
    message_id=text("The header `svix-id` of all attempts."),
    event_type=text(),
    status=_STATUS,
    due_at=nullable({**MILLISECONDS, "description": "When the next attempt is made; null if there is none."}),
    attempts=list_of(_ATTEMPT),
    created_at=MILLISECONDS,
    updated_at=MILLISECONDS,
)
_FAULT: dict[str, Json] = {
    "kind": text(
        "`lose` never sends the event. `duplicate` sends it twice, with the same `svix-id`. `delay` sends it `seconds` "
        "later. `reorder` sends it after the next event, or after `seconds` if none follows.",
        enum=list(KINDS),
    ),
    "event": nullable(text("The type of the events that the fault applies to; null for all.")),
    "times": nullable(integer("How many deliveries the fault applies to; null for all.", minimum=1, default=1)),
    "seconds": number("On the emulator's clock.", minimum=0, maximum=LONGEST_SECONDS, default=1),
}
_NEW_FAULT: Json = {**result(**_FAULT), "required": ["kind"]}
_FAULTS = result(faults=list_of(result(**_FAULT)))
_TIMEOUT = number("Real seconds.", minimum=0, maximum=300, default=5)


@route("GET", "/webhooks", python="webhooks.endpoints", result=result(endpoints=list_of(_ENDPOINT)))
def list_webhooks(call: ControlCall) -> Json:
    """Return the endpoints that receive events, the oldest first."""
    return {"endpoints": call.controls.webhooks.endpoints}


@route(
    "POST",
    "/webhooks",
    python="webhooks.add",
    body=parameters("url", url=text(), events=_EVENTS, secret=nullable(_SECRET)),
    result=_ENDPOINT,
)
def add_webhook(call: ControlCall) -> Json:
    """Add an endpoint, which receives the events that follow. Without a `secret` one is generated."""
    return call.controls.webhooks.add(**call.body)


@route("DELETE", "/webhooks/{endpoint_id}", python="webhooks.remove")
def remove_webhook(call: ControlCall) -> None:
    """Remove an endpoint, with its deliveries."""
    call.controls.webhooks.remove(**call.path)


@route(
    "POST",
    "/webhooks/{endpoint_id}/rotate_secret",
    python="webhooks.rotate_secret",
    body=parameters(secret=nullable(_SECRET)),
    result=_ENDPOINT,
)
def rotate_webhook_secret(call: ControlCall) -> Json:
    """Give an endpoint a new secret. For 24 hours webhooks have the signatures of both."""
    return call.controls.webhooks.rotate_secret(**call.path, **call.body)


@route(
    "POST",
    "/webhooks/{endpoint_id}/enable",
    python="webhooks.enable",
    body=parameters(send_missed=boolean("Whether to send what was not sent because it was disabled.")),
    result=_ENDPOINT,
)
def enable_webhook(call: ControlCall) -> Json:
    """Enable an endpoint that was disabled because it failed for five days."""
    return call.controls.webhooks.enable(call.path["endpoint_id"], **call.body)


@route(
    "GET",
    "/webhooks/deliveries",
    python="webhooks.deliveries",
    query={"endpoint_id": text(), "event_type": text(), "status": _STATUS},
    result=result(deliveries=list_of(_DELIVERY)),
)
def list_deliveries(call: ControlCall) -> Json:
    """Return the deliveries of events to endpoints, in the order of the events, with their attempts."""
    return {"deliveries": call.controls.webhooks.deliveries(**call.query)}


@route("POST", "/webhooks/deliveries/{delivery_id}/resend", python="webhooks.resend", result=_DELIVERY)
def resend_delivery(call: ControlCall) -> Json:
    """Send a delivery again, with the same `svix-id`."""
    return call.controls.webhooks.resend(**call.path)


@route(
    "POST",
    "/webhooks/flush",
    python="webhooks.flush webhooks.are_settled",
    body=parameters(timeout=_TIMEOUT),
    waits=True,
)
async def flush_webhooks(call: ControlCall) -> None:
    """Wait until no delivery is due on the emulator's clock; with a 504 if some still are after `timeout`."""
    await _wait(lambda: call.controls.webhooks.are_settled() or None, call.body.get("timeout", 5))


@route(
    "POST",
    "/webhooks/wait_for",
    python="webhooks.wait_for webhooks.take_received",
    body=parameters(
        "event_type",
        event_type=text(),
        resource_id=nullable(text("The `id` of the object that the event is about.")),
        timeout=_TIMEOUT,
    ),
    result=OPEN,
    waits=True,
)
async def wait_for_webhook(call: ControlCall) -> Json:
    """Return the oldest event of a type that an endpoint has received and no earlier call has returned.

    The response is a 504 if there is none within `timeout`.
    """
    event_type, resource_id = call.body["event_type"], call.body.get("resource_id")
    take = call.controls.webhooks.take_received
    return await _wait(lambda: take(event_type, resource_id), call.body.get("timeout", 5))


async def _wait(poll: Callable[[], T | None], seconds: float) -> T:
    """Return the first value of `poll` that is not None. Raises a 504 after some seconds."""
    deadline = time.monotonic() + seconds
    while (value := poll()) is None:
        if time.monotonic() > deadline:
            raise ControlError(504, ("timeout", f"It has not happened within {seconds:g} seconds.", None))
        await asyncio.sleep(_POLL_SECONDS)
    return value


@route(
    "PATCH",
    "/webhooks/options",
    python="webhooks.timestamps webhooks.user_updated_at_sign_in",
    body=parameters(
        timestamps=text("The clock of the header `svix-timestamp`.", enum=["real", "emulator"]),
        user_updated_at_sign_in=boolean("Whether a sign-in causes `user.updated` after `session.created`."),
    ),
)
def change_webhook_options(call: ControlCall) -> None:
    """Change how webhooks are sent, and which events are caused where reports of Clerk's behaviour differ."""
    for name, value in call.body.items():
        setattr(call.controls.webhooks, name, value)


def _faults(call: ControlCall) -> Json:
    return {"faults": [dataclasses.asdict(fault) for fault in call.controls.webhooks.faults.waiting]}


@route("GET", "/webhooks/faults", python="webhooks.faults.waiting", result=_FAULTS)
def list_delivery_faults(call: ControlCall) -> Json:
    """Return the faults that still apply to deliveries, the oldest first."""
    return _faults(call)


@route("POST", "/webhooks/faults", python="webhooks.faults.add", body=_NEW_FAULT, result=_FAULTS)
def add_delivery_fault(call: ControlCall) -> Json:
    """Disturb the next delivery, the next of an event type, or the next `times` of them. Return all faults."""
    call.controls.webhooks.faults.add(**call.body)
    return _faults(call)


@route("DELETE", "/webhooks/faults", python="webhooks.faults.clear")
def clear_delivery_faults(call: ControlCall) -> None:
    """Remove all faults of deliveries."""
    call.controls.webhooks.faults.clear()
