"""Invitations to organizations: of an organization, of a user, of the instance."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain import (
    formats,
    identifications,
    jwts,
    membership_invitations,
    memberships,
    metadata,
    roles,
    session_lifecycle,
)
from clerk_emulator.domain.application_invitations import duplicate
from clerk_emulator.domain.membership_invitations import expire, not_pending, record_invitation, verified_addresses
from clerk_emulator.domain.organization_profiles import pending_invitations, public_organization_data
from clerk_emulator.domain.roles import MANAGE_MEMBERS
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage.conditions import contains_text, equals
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS

DEFAULT_DAYS = 30
_DAY = 24 * 3600 * 1000


@organization_operation("ListInstanceOrganizationInvitations")
def list_all_invitations(call: Call) -> Response:
    condition = contains_text(call.query["query"], ORGANIZATION_INVITATIONS.c.email_address)
    return _list(call, condition, with_organization=True)


@organization_operation("UsersGetOrganizationInvitations")
def list_invitations_of_user(call: Call) -> Response:
    user = call.path_resource(USERS, "user_id")
    condition = ORGANIZATION_INVITATIONS.c.email_address.in_(verified_addresses(call.store, user["id"]))
    return _list(call, condition, with_organization=True)


@organization_operation("ListOrganizationInvitations")
def list_invitations(call: Call) -> Response:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    address = call.query["email_address"]
    return _list(
        call,
        ORGANIZATION_INVITATIONS.c.organization_id == organization["id"],
        equals(ORGANIZATION_INVITATIONS.c.email_address, address and address.lower()),
    )


@organization_operation("ListPendingOrganizationInvitations")
def list_pending_invitations(call: Call) -> Response:
    return _list(call, *pending_invitations(call.store, call.path_resource(ORGANIZATIONS, "organization_id")))


@organization_operation("CreateOrganizationInvitation")
def create_invitation(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    return _invite(call, organization, call.body)


@organization_operation("CreateOrganizationInvitationBulk")
def create_invitations(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    data = [_invite(call, organization, item, in_bulk=True) for item in call.items]
    return {"data": data, "total_count": len(data)}


@organization_operation("GetOrganizationInvitation")
def get_invitation(call: Call) -> Json:
    return _serialize(call, [_invitation(call)])[0]


@organization_operation("RevokeOrganizationInvitation")
def revoke_invitation(call: Call) -> Json:
    invitation = _invitation(call)
    if call.body.get("requesting_user_id"):
        _require_manager(call, invitation["organization_id"], call.body["requesting_user_id"])
    if invitation["status"] != "pending":
        raise not_pending(invitation)
    revoked = call.store.update(ORGANIZATION_INVITATIONS, invitation, status="revoked")
    return record_invitation(call.store, "organizationInvitation.revoked", revoked)


def _invite(call: Call, organization: Json, body: Json, *, in_bulk: bool = False) -> Json:
    store = call.store
    address = formats.email("email_address", body["email_address"])
    role = roles.require_role_for(store, organization, body["role"])
    redirect_url = formats.url("redirect_url", body["redirect_url"], schemes=()) if body.get("redirect_url") else None
    inviter_id = body.get("inviter_user_id") or None
    if inviter_id:
        _require_manager(call, organization["id"], inviter_id)
    invitee = identifications.find(store, "email_address", address)
    if invitee and memberships.of_user(store, organization["id"], invitee["_user_id"]):
        raise memberships.already_member(address)
    pending = pending_invitations(store, organization)
    if store.find(ORGANIZATION_INVITATIONS, *pending, ORGANIZATION_INVITATIONS.c.email_address == address):
        if in_bulk:
            raise duplicate(address)
        message = f"There is already an invitation for {address}."
        raise ClerkAPIError(400, "organization_invitation_not_unique", "is a duplicate", message)
    memberships.require_capacity(store, organization)
    invitation_id = call.ids.new(ORGANIZATION_INVITATIONS.prefix)
    now = call.clock.now()
    expires_at = now + (body.get("expires_in_days") or DEFAULT_DAYS) * _DAY
    ticket = {
        "st": "organization_invitation",
        "sid": invitation_id,
        "iid": call.keys.instance_id,
        "exp": expires_at // 1000,
        **({"rurl": redirect_url} if redirect_url else {}),
    }
    row = store.create(
        ORGANIZATION_INVITATIONS,
        {
            "id": invitation_id,
            "email_address": address,
            "role": role["key"],
            "organization_id": organization["id"],
            "inviter_id": inviter_id,
            "status": "pending",
            "created_at": now,
            "updated_at": now,
            "expires_at": expires_at,
            "url": f"{call.keys.issuer}/v1/tickets/accept?ticket={jwts.sign(call.keys, ticket)}",
            **{name: metadata.validate(name, body.get(name) or {}) for name in ("public_metadata", "private_metadata")},
        },
    )
    invitation = record_invitation(store, "organizationInvitation.created", row)
    if body.get("notify") is not False:
        membership_invitations.send(store, row)
    return invitation


def _require_manager(call: Call, organization_id: str, user_id: str) -> None:
    """Raise Clerk's error if the user may not invite to the organization."""
    membership = session_lifecycle.require_member(call.store, organization_id, user_id)
    if MANAGE_MEMBERS not in roles.require_role(call.store, membership["role"])["_permissions"]:
        message = f"User {user_id} lacks the permission {MANAGE_MEMBERS}."
        raise ClerkAPIError(
            403, "missing_organization_permission", "lacks a permission", message, permissions=[MANAGE_MEMBERS]
        )


def _invitation(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    expire(call.store)
    here = ORGANIZATION_INVITATIONS.c.organization_id == organization["id"]
    return call.store.require(ORGANIZATION_INVITATIONS, call.path["invitation_id"], here)


def _list(call: Call, *where: Where | None, with_organization: bool = False) -> Response:
    expire(call.store)
    return list_resources(
        call,
        ORGANIZATION_INVITATIONS,
        *where,
        equals(ORGANIZATION_INVITATIONS.c.status, call.query.get("status")),
        sort=("created_at", "email_address"),
        serialize=_serialize_with_organization if with_organization else _serialize,
    )


def _serialize(call: Call, rows: list[Json]) -> list[Json]:
    return membership_invitations.serialize_invitations(call.store, rows)


def _serialize_with_organization(call: Call, rows: list[Json]) -> list[Json]:
    ids = {row["organization_id"] for row in rows}
    public_data = {
        one["id"]: public_organization_data(call.store, one)
        for one in call.store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(ids))
    }
    return [{**row, "public_organization_data": public_data[row["organization_id"]]} for row in _serialize(call, rows)]
