"""Memberships of an organization, of a user, of the instance."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.domain import metadata
from clerk_emulator.domain.enterprise.provisioning import require_membership_not_managed
from clerk_emulator.domain.organizations import membership_invitations, memberships
from clerk_emulator.domain.organizations.memberships import SORT, serialize_membership, serialize_memberships
from clerk_emulator.domain.organizations.roles import require_role_for
from clerk_emulator.domain.users import user_filters
from clerk_emulator.json_types import Json
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import organization_operation
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import is_one_of
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, USERS

_METADATA = ("public_metadata", "private_metadata")


@organization_operation("InstanceGetOrganizationMemberships")
def list_all_memberships(call: Call) -> Response:
    return list_resources(call, MEMBERSHIPS, sort=SORT, serialize=_serialize)


@organization_operation("UsersGetOrganizationMemberships")
def list_memberships_of_user(call: Call) -> Response:
    user = call.path_resource(USERS, "user_id")
    return list_resources(call, MEMBERSHIPS, MEMBERSHIPS.c.user_id == user["id"], serialize=_serialize)


@organization_operation("ListOrganizationMemberships")
def list_memberships(call: Call) -> Response:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    of_users = [one for one in user_filters.of_query(call.query) if one is not None]
    return list_resources(
        call,
        MEMBERSHIPS,
        MEMBERSHIPS.c.organization_id == organization["id"],
        is_one_of(MEMBERSHIPS.c.role, call.query["role"]),
        MEMBERSHIPS.c.user_id.in_(sql.select(USERS.c.id).where(*of_users)) if of_users else None,
        sort=SORT,
        serialize=_serialize,
    )


@organization_operation("CreateOrganizationMembership")
def create_membership(call: Call) -> Json:
    body = call.body
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    user = call.store.get(USERS, body["user_id"])
    if user is None:
        raise errors.referenced_not_found("user_id", body["user_id"])
    role = require_role_for(call.store, organization, body["role"])["key"]
    return serialize_membership(call.store, membership_invitations.join(call.store, organization, user, role, body))


@organization_operation("UpdateOrganizationMembership")
def update_membership(call: Call) -> Json:
    organization = call.path_resource(ORGANIZATIONS, "organization_id")
    membership = _membership(call, organization)
    role = require_role_for(call.store, organization, call.body["role"])
    return serialize_membership(call.store, memberships.change_role(call.store, membership, role["key"]))


@organization_operation("UpdateOrganizationMembershipMetadata")
def merge_metadata(call: Call) -> Json:
    membership = _membership(call, call.path_resource(ORGANIZATIONS, "organization_id"))
    changes = metadata.merged_fields(membership, call.body, _METADATA)
    changed = call.store.update(MEMBERSHIPS, membership, **changes)
    return memberships.record_membership(call.store, "organizationMembership.updated", changed)


@organization_operation("DeleteOrganizationMembership")
def delete_membership(call: Call) -> Json:
    membership = _membership(call, call.path_resource(ORGANIZATIONS, "organization_id"))
    require_membership_not_managed(call.store, membership)
    answer = serialize_membership(call.store, membership)
    memberships.remove(call.store, membership)
    return answer


def _serialize(call: Call, rows: list[Json]) -> list[Json]:
    return serialize_memberships(call.store, rows)


def _membership(call: Call, organization: Json) -> Json:
    membership = memberships.of_user(call.store, organization["id"], call.path["user_id"])
    if membership is None:
        raise errors.not_found("member", call.path["user_id"])
    return membership
