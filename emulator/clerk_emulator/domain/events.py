"""The events that Clerk would send webhooks for: record and read them."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Generator

from clerk_emulator.json_types import Json, KeptJson
from clerk_emulator.storage import ledger
from clerk_emulator.storage.ledger import LedgerEntry
from clerk_emulator.storage.store import Store


def record(store: Store, event_type: str, data: Json) -> Json:
    """Append an event to the ledger, within the transaction that makes the change, and return its data.

    `data` is the changed object as the event contains it; later changes of it do not alter the event. The timestamp and
    the attributes of the request are added. Loading a seed records nothing.
    """
    if store.records_events:
        # Many operations return the same object, whose text is then made once.
        data = KeptJson(data)
        ledger.append(store, event_type, data)
    return data


@contextlib.contextmanager
def not_recorded(store: Store) -> Generator[None]:
    """Record no events of the block."""
    store.records_events = False
    try:
        yield
    finally:
        store.records_events = True


@contextlib.contextmanager
def caused_by_time(store: Store, at: int | None = None) -> Generator[None]:
    """Record the events of the block as caused by no request, at a time in milliseconds, by default now."""
    before = store.cause
    store.cause = dataclasses.replace(before, client_ip="", user_agent="", at=at)
    try:
        yield
    finally:
        store.cause = before


def envelope(entry: LedgerEntry, instance_id: str) -> Json:
    """Return an event as Clerk sends it."""
    return {
        "data": json.loads(entry.data),
        "event_attributes": {"http_request": {"client_ip": entry.client_ip, "user_agent": entry.user_agent}},
        "instance_id": instance_id,
        "object": "event",
        "timestamp": entry.timestamp,
        "type": entry.type,
    }
