"""Waitlist entries as the API returns them, and events about them."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain import events
from clerk_emulator.domain.expiration import expire_pending
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import INVITATIONS


def serialize_entries(store: Store, rows: Sequence[Json]) -> list[Json]:
    """Return waitlist entries as the API returns them, with their invitations."""
    expire_pending(store, INVITATIONS)
    invitation_ids = [row["_invitation_id"] for row in rows if row["_invitation_id"]]
    found = {one["id"]: public_fields(one) for one in store.all(INVITATIONS, INVITATIONS.c.id.in_(invitation_ids))}
    return [{**public_fields(row), "invitation": found.get(row["_invitation_id"])} for row in rows]


def record_entry(store: Store, event_type: str, row: Json) -> Json:
    """Record an event about a waitlist entry, and return the entry as the API returns it."""
    (entry,) = serialize_entries(store, [row])
    return events.record(store, event_type, entry)
