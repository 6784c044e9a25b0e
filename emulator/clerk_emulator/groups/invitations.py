"""Invitations to the application."""

from __future__ import annotations

from clerk_emulator import errors, identifications, invitations, rules
from clerk_emulator.call import Answer, Call, operation, shown
from clerk_emulator.errors import Json
from clerk_emulator.kinds import INVITATIONS
from clerk_emulator.listing import listing, partial


@operation("CreateInvitation")
def create_invitation(call: Call) -> Json:
    ignore = bool(call.body.get("ignore_existing"))
    row = invitations.invite(call.store, call.keys, call.body, despite_invitation=ignore, despite_user=ignore)
    return shown(row)


@operation("CreateBulkInvitations")
def create_bulk_invitations(call: Call) -> list[Json]:
    addresses = [rules.email("email_address", item["email_address"]) for item in call.items]
    for address in addresses:
        if identifications.find(call.store, "email_address", address):
            raise errors.taken("email_address")
    repeated = {
        address: None
        for address, item in zip(addresses, call.items, strict=True)
        if not item.get("ignore_existing")
        and (addresses.count(address) > 1 or invitations.pending(call.store, address))
    }
    if repeated:
        raise invitations.duplicate(*repeated)
    # That an invitation exists can be ignored here, that a user does cannot.
    return [shown(invitations.invite(call.store, call.keys, item, despite_invitation=True)) for item in call.items]


@operation("ListInvitations")
def list_invitations(call: Call) -> Answer:
    invitations.expire(call.store)
    status = call.query["status"]
    return listing(
        call,
        INVITATIONS,
        INVITATIONS.c.status == status if status else INVITATIONS.c.status != "revoked",
        partial(call.query["query"], INVITATIONS.c.email_address, INVITATIONS.c.id),
        sort=("created_at", "email_address", "expires_at"),
    )


@operation("RevokeInvitation")
def revoke_invitation(call: Call) -> Json:
    invitations.expire(call.store)
    row = call.named(INVITATIONS, "invitation_id")
    # Whether Clerk revokes one that is expired is not known; it says that all can be that are not revoked.
    if row["status"] in ("accepted", "revoked"):
        raise invitations.over(row)
    return shown(call.store.update(INVITATIONS, row, status="revoked", revoked=True))
