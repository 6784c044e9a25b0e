"""Invitations to the application."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import formats
from clerk_emulator.domain.invitations import application_invitations
from clerk_emulator.domain.users import identifications
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import operation
from clerk_emulator.storage.conditions import contains_text
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import INVITATIONS


@operation("CreateInvitation")
def create_invitation(call: Call) -> Json:
    ignore = bool(call.body.get("ignore_existing"))
    row = application_invitations.invite(call.store, call.keys, call.body, ignore_invitation=ignore, ignore_user=ignore)
    return _send(call, row, call.body)


@operation("CreateBulkInvitations")
def create_bulk_invitations(call: Call) -> list[Json]:
    addresses = [formats.email("email_address", item["email_address"]) for item in call.items]
    for address in addresses:
        if identifications.find(call.store, "email_address", address):
            raise errors.identifier_exists("email_address")
    repeated = {
        address: None
        for address, item in zip(addresses, call.items, strict=True)
        if not item.get("ignore_existing")
        and (addresses.count(address) > 1 or application_invitations.pending(call.store, address))
    }
    if repeated:
        raise application_invitations.duplicate(*repeated)
    # `ignore_existing` applies to invitations only; an existing user is always an error.
    return [
        _send(call, application_invitations.invite(call.store, call.keys, item, ignore_invitation=True), item)
        for item in call.items
    ]


def _send(call: Call, row: Json, body: Json) -> Json:
    """Send a new invitation unless `notify` in the body is false, and return it."""
    if body.get("notify") is not False:
        application_invitations.send(call.store, row, body.get("template_slug"))
    return public_fields(row)


@operation("ListInvitations")
def list_invitations(call: Call) -> Response:
    application_invitations.expire(call.store)
    status = call.query["status"]
    return list_resources(
        call,
        INVITATIONS,
        INVITATIONS.c.status == status if status else INVITATIONS.c.status != "revoked",
        contains_text(call.query["query"], INVITATIONS.c.email_address, INVITATIONS.c.id),
        sort=("created_at", "email_address", "expires_at"),
    )


@operation("RevokeInvitation")
def revoke_invitation(call: Call) -> Json:
    application_invitations.expire(call.store)
    row = call.path_resource(INVITATIONS, "invitation_id")
    # Whether Clerk revokes expired invitations is not known. It documents that all can be revoked that are not.
    if row["status"] in ("accepted", "revoked"):
        raise application_invitations.not_pending(row)
    return public_fields(call.store.update(INVITATIONS, row, status="revoked", revoked=True))
