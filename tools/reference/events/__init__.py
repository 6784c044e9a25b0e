"""The section docs/reference/events: a page for each webhook event, with a delivery of the emulator."""

from __future__ import annotations

from collections.abc import Collection

from clerk_bapi.events import EVENTS
from tools.reference.events import index, page
from tools.reference.events.delivery import deliver
from tools.reference.events.example_data import populated_world
from tools.reference.events.scenarios import SCENARIOS
from tools.reference.section import Section

_FILE = "tools/reference/events/scenarios.py"


def build(only: Collection[str] = ()) -> Section:
    """Return the pages of all events, or of those in `only`, and of the index.

    Raises DeliveryFailed or HandlerFailed if an example does not work.
    """
    pages: dict[str, str] = {}
    with populated_world() as world:
        for event_type in EVENTS:
            if not only or event_type in only:
                delivery = deliver(world, event_type) if event_type in SCENARIOS else None
                pages[page.path_of(event_type)] = page.render(event_type, delivery)
        pages["events/index.md"] = index.render(world.things)
    problems = [f"{name} has no example: add a function to {_FILE}" for name in EVENTS if name not in SCENARIOS]
    problems += [f"{_FILE}: there is no event {name}" for name in SCENARIOS if name not in EVENTS]
    return Section(pages, problems)
