"""Join the waitlist; waitlist entries as the API returns them, and events about them."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain import events, formats
from clerk_emulator.domain.invitations.expiration import expire_pending
from clerk_emulator.domain.messaging import messages
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import INVITATIONS, WAITLIST_ENTRIES


def join(store: Store, email_address: str, *, notify: bool = True) -> Json:
    """Return the waitlist entry of an email address; a new one causes a confirmation by email if `notify`.

    Raises ClerkAPIError for a malformed address.
    """
    address = formats.email("email_address", email_address)
    existing = store.find(WAITLIST_ENTRIES, WAITLIST_ENTRIES.c.email_address == address)
    if existing:
        (entry,) = serialize_entries(store, [existing])
        return entry
    row = store.create(
        WAITLIST_ENTRIES,
        {
            "email_address": address,
            "status": "pending",
            "is_locked": False,
            "_invited_at": None,
            "_invitation_id": None,
        },
    )
    entry = record_entry(store, "waitlistEntry.created", row)
    if notify:
        messages.send_email(store, "waitlist_confirmation", address, {})
    return entry


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
