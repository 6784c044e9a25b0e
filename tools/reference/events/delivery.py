"""Cause an event in the emulator, and receive its webhook."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from dataclasses import dataclass
from typing import Any

from clerk_bapi.events import EVENTS, read_event
from clerkkit import Clerk
from clerkkit.webhooks import verify_webhook
from tests.emulator.webhooks.receivers import receiving
from tools.reference.events import example_data, handlers
from tools.reference.events.scenarios import SCENARIOS, Scenario
from tools.reference.operations.masking import mask, mask_text
from tools.reference.operations.world import World
from tools.reference.section import SectionFailed
from tools.reference.stable_ids import StableIds

_USER_AGENT = "my-backend/1.0"
"""Sent instead of the one of the client, which contains the version of Python."""


class DeliveryFailed(SectionFailed):
    """An event was not delivered as expected."""


@dataclass(frozen=True)
class Delivery:
    """A webhook of an event, and what its handler printed."""

    code: str
    """What caused the event."""
    event: Any
    """The parsed body."""
    output: str


def deliver(world: World, event_type: str) -> Delivery:
    """Return the delivery of an event.

    Raises DeliveryFailed if the event does not arrive, its signature is not valid, or it is not read as its class;
    HandlerFailed if the code on the page does not accept it.
    """
    scenario = SCENARIOS[event_type]
    example_data.restart(world)
    with receiving() as receiver, Clerk(world.secret_key, base_url=world.url) as client:
        endpoint = world.webhooks.add(receiver.url, [event_type])
        scenario(client.with_options(headers={"User-Agent": _USER_AGENT}), world)
        world.webhooks.flush()
        if not receiver.received:
            raise DeliveryFailed(f"{event_type}: {scenario.__name__} does not cause it")
        if world.problems:
            raise DeliveryFailed(f"{event_type}: {world.problems}")
        headers, body = receiver.received[-1]
        signed = {name: value for name, value in headers.items() if name.startswith("svix-")}
        data = json.loads(body)
        read = (
            verify_webhook(body, signed, endpoint["secret"]),
            client.webhooks.verify(body, signed, endpoint["secret"]),
            read_event(data),
        )
    for event in read:
        if type(event) is not EVENTS[event_type] or event.to_dict() != data:
            raise DeliveryFailed(f"{event_type}: is read as {event!r}")
    output = handlers.run(event_type, body, signed, endpoint["secret"])
    ids = StableIds()
    event = ids.in_value(mask(data, world.origin))
    return Delivery(source_of(scenario), event, ids.in_text(mask_text(output, world.origin)))


def source_of(scenario: Scenario) -> str:
    """Return the body of a function as code."""
    source = inspect.getsource(scenario)
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    return textwrap.dedent("\n".join(source.splitlines()[definition.body[0].lineno - 1 :]))
