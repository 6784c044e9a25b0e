"""Events."""

from __future__ import annotations

from clerk_emulator.contract.event_types import event_types
from clerk_emulator.dashboard import paging
from clerk_emulator.dashboard.event_list import event_page
from clerk_emulator.dashboard.routes import NotFound, PageCall, View, page, view
from clerk_emulator.domain.events import envelope
from clerk_emulator.storage import ledger
from clerk_emulator.webhooks.deliveries import DELIVERIES


@page("/events")
def list_events(call: PageCall) -> View:
    """List events, the newest first."""
    event_type, text = call.query.get("type", ""), call.query.get("q", "").strip()
    with call.store.transaction():
        events = event_page(call.store, call.query, types=[event_type] if event_type else [], text=text)
    return view(
        "dashboard/events.html",
        current="events",
        events=events,
        types=sorted(event_types()),
        type=event_type,
        text=text,
    )


@page("/events/{number}")
def show_event(call: PageCall) -> View:
    """Show an event as webhooks have it, with its deliveries."""
    number, store = call.path["number"], call.store
    with store.transaction():
        try:
            entry = ledger.get(store, paging.number(number) or 0)
        except LookupError:
            raise NotFound(f"There is no event {number}.") from None
        return view(
            "dashboard/event.html",
            current="events",
            entry=entry,
            envelope=envelope(entry, call.state.keys.instance_id),
            deliveries=store.all(DELIVERIES, DELIVERIES.c.number == entry.number),
        )
