"""Waitlist entries."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import invitation_rules, value_rules
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation, shown
from clerk_emulator.request.listing import equals, listing, partial
from clerk_emulator.storage.tables import INVITATIONS, WAITLIST_ENTRIES


@operation("CreateWaitlistEntry")
def create_waitlist_entry(call: Call) -> Json:
    return _show(call, _entry(call, call.body))


@operation("CreateBulkWaitlistEntries")
def create_bulk_waitlist_entries(call: Call) -> list[Json]:
    addresses = [value_rules.email("email_address", item["email_address"]) for item in call.items]
    if len(set(addresses)) < len(addresses):
        raise errors.duplicate("email_address")
    return _show_all(call, [_entry(call, item) for item in call.items])


@operation("ListWaitlistEntries")
def list_waitlist_entries(call: Call) -> Answer:
    return listing(
        call,
        WAITLIST_ENTRIES,
        equals(WAITLIST_ENTRIES.c.status, call.query["status"]),
        partial(call.query["query"], WAITLIST_ENTRIES.c.email_address, WAITLIST_ENTRIES.c.id),
        sort=("created_at", "email_address", "invited_at"),
        show=_show_all,
    )


@operation("InviteWaitlistEntry")
def invite_waitlist_entry(call: Call) -> Json:
    row = _pending(call)
    ignore = bool(call.body.get("ignore_existing"))
    invitation = invitation_rules.invite(
        call.store,
        call.keys,
        {"email_address": row["email_address"]},
        despite_invitation=ignore,
        despite_user=ignore,
    )
    return _show(
        call,
        call.store.update(
            WAITLIST_ENTRIES, row, status="invited", _invited_at=call.clock.now(), _invitation_id=invitation["id"]
        ),
    )


@operation("RejectWaitlistEntry")
def reject_waitlist_entry(call: Call) -> Json:
    return _show(call, call.store.update(WAITLIST_ENTRIES, _pending(call), status="rejected"))


@operation("DeleteWaitlistEntry")
def delete_waitlist_entry(call: Call) -> Json:
    row = _pending(call)
    call.store.delete(WAITLIST_ENTRIES, WAITLIST_ENTRIES.c.id == row["id"])
    return deleted(row)


def _entry(call: Call, body: Json) -> Json:
    """The entry of an email address: the one that there is, or else a new one."""
    address = value_rules.email("email_address", body["email_address"])
    return call.store.find(WAITLIST_ENTRIES, WAITLIST_ENTRIES.c.email_address == address) or call.store.create(
        WAITLIST_ENTRIES,
        {
            "email_address": address,
            "status": "pending",
            "is_locked": False,
            "_invited_at": None,
            "_invitation_id": None,
        },
    )


def _pending(call: Call) -> Json:
    """The entry that the path names. Raises Refusal where it is decided already: one that was rejected stays so."""
    row = call.named(WAITLIST_ENTRIES, "waitlist_entry_id")
    status = row["status"]
    if status != "pending":
        message = f"The waitlist entry is {status} already."
        raise Refusal(409, f"waitlist_entry_already_{status}", f"already {status}", message)
    return row


def _show(call: Call, row: Json) -> Json:
    (entry,) = _show_all(call, [row])
    return entry


def _show_all(call: Call, rows: list[Json]) -> list[Json]:
    invitation_rules.expire(call.store)
    wanted = [row["_invitation_id"] for row in rows if row["_invitation_id"]]
    found = {one["id"]: shown(one) for one in call.store.all(INVITATIONS, INVITATIONS.c.id.in_(wanted))}
    return [{**shown(row), "invitation": found.get(row["_invitation_id"])} for row in rows]
