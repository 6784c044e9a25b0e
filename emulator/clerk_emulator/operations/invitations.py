"""Invitations to the application."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain import identifications, invitation_rules, value_rules
from clerk_emulator.errors import Json
from clerk_emulator.request.call import Answer, Call, operation, shown
from clerk_emulator.request.listing import listing, partial
from clerk_emulator.storage.tables import INVITATIONS


@operation("CreateInvitation")
def create_invitation(call: Call) -> Json:
    ignore = bool(call.body.get("ignore_existing"))
    row = invitation_rules.invite(call.store, call.keys, call.body, despite_invitation=ignore, despite_user=ignore)
    return shown(row)


@operation("CreateBulkInvitations")
def create_bulk_invitations(call: Call) -> list[Json]:
    addresses = [value_rules.email("email_address", item["email_address"]) for item in call.items]
    for address in addresses:
        if identifications.find(call.store, "email_address", address):
            raise errors.taken("email_address")
    repeated = {
        address: None
        for address, item in zip(addresses, call.items, strict=True)
        if not item.get("ignore_existing")
        and (addresses.count(address) > 1 or invitation_rules.pending(call.store, address))
    }
    if repeated:
        raise invitation_rules.duplicate(*repeated)
    # That an invitation exists can be ignored here, that a user does cannot.
    return [shown(invitation_rules.invite(call.store, call.keys, item, despite_invitation=True)) for item in call.items]


@operation("ListInvitations")
def list_invitations(call: Call) -> Answer:
    invitation_rules.expire(call.store)
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
    invitation_rules.expire(call.store)
    row = call.named(INVITATIONS, "invitation_id")
    # Whether Clerk revokes one that is expired is not known; it says that all can be that are not revoked.
    if row["status"] in ("accepted", "revoked"):
        raise invitation_rules.over(row)
    return shown(call.store.update(INVITATIONS, row, status="revoked", revoked=True))
