"""Allow-list and block-list."""

from __future__ import annotations

from clerk_emulator.domain import invitation_rules, restrictions
from clerk_emulator.domain.restrictions import ALLOWED, BLOCKED
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, deleted, operation, shown
from clerk_emulator.request.listing import listing
from clerk_emulator.storage.store import Kind


@operation("CreateAllowlistIdentifier")
def create_allowed(call: Call) -> Json:
    row = _create(call, ALLOWED)
    # A number could be told in a text message, too; but only addresses can be invited.
    if call.body.get("notify") and restrictions.is_address(row):
        invitation = invitation_rules.invite(call.store, call.keys, {"email_address": row["identifier"]})
        row = call.store.update(ALLOWED, row, invitation_id=invitation["id"], updated_at=row["updated_at"])
    return shown(row)


@operation("ListAllowlistIdentifiers")
def list_allowed(call: Call) -> Answer:
    return listing(call, ALLOWED)


@operation("DeleteAllowlistIdentifier")
def delete_allowed(call: Call) -> Json:
    return _delete(call, ALLOWED)


@operation("CreateBlocklistIdentifier")
def create_blocked(call: Call) -> Json:
    return shown(_create(call, BLOCKED))


@operation("ListBlocklistIdentifiers")
def list_blocked(call: Call) -> Answer:
    return listing(call, BLOCKED)


@operation("DeleteBlocklistIdentifier")
def delete_blocked(call: Call) -> Json:
    return _delete(call, BLOCKED)


def _create(call: Call, kind: Kind) -> Json:
    entry = restrictions.entry(call.body["identifier"])
    if call.store.find(kind, kind.c.identifier == entry["identifier"]):
        raise Refusal(400, "duplicate_record", "is listed already", f"{entry['identifier']} is on the list already.")
    return call.store.create(kind, {**entry, "instance_id": call.keys.instance_id})


def _delete(call: Call, kind: Kind) -> Json:
    row = call.named(kind, "identifier_id")
    call.store.delete(kind, kind.c.id == row["id"])
    return deleted(row)
