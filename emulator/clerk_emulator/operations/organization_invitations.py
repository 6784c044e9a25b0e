"""Invitations to organizations: of an organization, of a user, of the instance."""

from __future__ import annotations

from clerk_emulator.call import Call, Response
from clerk_emulator.domain.organizations import membership_invitations, permissions
from clerk_emulator.domain.organizations.membership_invitations import expire, verified_addresses
from clerk_emulator.domain.organizations.organization_profiles import pending_invitations, public_organization_data
from clerk_emulator.domain.organizations.roles import MANAGE_MEMBERS
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage.conditions import contains_text, equals
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS


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
    return membership_invitations.invite(call.store, call.keys, organization, call.body)


@organization_operation("CreateOrganizationInvitationBulk")
def create_invitations(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    data = [
        membership_invitations.invite(call.store, call.keys, organization, item, in_bulk=True) for item in call.items
    ]
    return {"data": data, "total_count": len(data)}


@organization_operation("GetOrganizationInvitation")
def get_invitation(call: Call) -> Json:
    return _serialize(call, [_invitation(call)])[0]


@organization_operation("RevokeOrganizationInvitation")
def revoke_invitation(call: Call) -> Json:
    invitation = _invitation(call)
    if call.body.get("requesting_user_id"):
        permissions.require(call.store, invitation["organization_id"], call.body["requesting_user_id"], MANAGE_MEMBERS)
    return membership_invitations.revoke(call.store, invitation)


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
