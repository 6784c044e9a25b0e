"""Waitlist entries."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import formats
from clerk_emulator.domain.invitations import application_invitations, waitlist
from clerk_emulator.domain.invitations.waitlist import record_entry, serialize_entries
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import contains_text, equals
from clerk_emulator.storage.rows import deleted_object
from clerk_emulator.storage.tables import WAITLIST_ENTRIES


@operation("CreateWaitlistEntry")
def create_waitlist_entry(call: Call) -> Json:
    return waitlist.join(call.store, call.body["email_address"], notify=call.body.get("notify") is not False)


@operation("CreateBulkWaitlistEntries")
def create_bulk_waitlist_entries(call: Call) -> list[Json]:
    addresses = [formats.email("email_address", item["email_address"]) for item in call.items]
    if len(set(addresses)) < len(addresses):
        raise errors.duplicate("email_address")
    return [
        waitlist.join(call.store, item["email_address"], notify=item.get("notify") is not False) for item in call.items
    ]


@operation("ListWaitlistEntries")
def list_waitlist_entries(call: Call) -> Response:
    return list_resources(
        call,
        WAITLIST_ENTRIES,
        equals(WAITLIST_ENTRIES.c.status, call.query["status"]),
        contains_text(call.query["query"], WAITLIST_ENTRIES.c.email_address, WAITLIST_ENTRIES.c.id),
        sort=("created_at", "email_address", "invited_at"),
        serialize=lambda call, rows: serialize_entries(call.store, rows),
    )


@operation("InviteWaitlistEntry")
def invite_waitlist_entry(call: Call) -> Json:
    row = _pending_entry(call)
    ignore = bool(call.body.get("ignore_existing"))
    invitation = application_invitations.invite(
        call.store,
        call.keys,
        {"email_address": row["email_address"]},
        ignore_invitation=ignore,
        ignore_user=ignore,
    )
    row = call.store.update(
        WAITLIST_ENTRIES, row, status="invited", _invited_at=call.clock.now(), _invitation_id=invitation["id"]
    )
    entry = record_entry(call.store, "waitlistEntry.updated", row)
    application_invitations.send(call.store, invitation, "waitlist_invitation")
    return entry


@operation("RejectWaitlistEntry")
def reject_waitlist_entry(call: Call) -> Json:
    row = call.store.update(WAITLIST_ENTRIES, _pending_entry(call), status="rejected")
    return record_entry(call.store, "waitlistEntry.updated", row)


@operation("DeleteWaitlistEntry")
def delete_waitlist_entry(call: Call) -> Json:
    row = _pending_entry(call)
    call.store.delete(WAITLIST_ENTRIES, WAITLIST_ENTRIES.c.id == row["id"])
    return deleted_object(row)


def _pending_entry(call: Call) -> Json:
    """Return the entry in the path. Raises ClerkAPIError if it is not pending."""
    row = call.path_resource(WAITLIST_ENTRIES, "waitlist_entry_id")
    status = row["status"]
    if status != "pending":
        message = f"The waitlist entry is already {status}."
        raise ClerkAPIError(409, f"waitlist_entry_already_{status}", f"already {status}", message)
    return row
