"""Members of an organization and their roles."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.enterprise.provisioning import require_membership_not_managed
from clerk_emulator.domain.organizations import membership_invitations, memberships, roles
from clerk_emulator.domain.organizations.roles import MANAGE_MEMBERS, READ_MEMBERS
from clerk_emulator.domain.users import user_filters
from clerk_emulator.frontend_api.access import require_member
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.listing import list_page
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.frontend_api.views.organizations import (
    serialize_membership,
    serialize_memberships,
    serialize_roles,
)
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.conditions import is_one_of
from clerk_emulator.storage.tables import MEMBERSHIPS, ROLES, USERS


@frontend_operation("ListOrganizationMemberships")
def list_members(call: BrowserCall) -> Json | list[Json]:
    organization = require_member(call, READ_MEMBERS).organization
    matching = user_filters.any_field_contains(call.query["query"])
    page = list_page(
        call,
        MEMBERSHIPS,
        MEMBERSHIPS.c.organization_id == organization["id"],
        is_one_of(MEMBERSHIPS.c.role, call.query["role"]),
        None if matching is None else MEMBERSHIPS.c.user_id.in_(sql.select(USERS.c.id).where(matching)),
        serialize=serialize_memberships,
    )
    return page if call.query["paginated"] else page["data"]


@frontend_operation("CreateOrganizationMembership")
def add_member(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_MEMBERS).organization
    for name in ("user_id", "role"):
        if not call.body.get(name):
            raise errors.missing(name)
    user = call.store.get(USERS, call.body["user_id"])
    if user is None:
        raise errors.referenced_not_found("user_id", call.body["user_id"])
    role = roles.require_role_for(call.store, organization, call.body["role"])["key"]
    return serialize_membership(call, membership_invitations.join(call.store, organization, user, role, {}))


@frontend_operation("UpdateOrganizationMembership")
def update_member(call: BrowserCall) -> Json:
    organization = require_member(call, MANAGE_MEMBERS).organization
    membership = _membership(call, organization)
    if not call.body.get("role"):
        raise errors.missing("role")
    role = roles.require_role_for(call.store, organization, call.body["role"])
    return serialize_membership(call, memberships.change_role(call.store, membership, role["key"]))


@frontend_operation("removeOrganizationMember")
def remove_member(call: BrowserCall) -> Json:
    membership = _membership(call, require_member(call, MANAGE_MEMBERS).organization)
    require_membership_not_managed(call.store, membership)
    removed = serialize_membership(call, membership)
    memberships.remove(call.store, membership)
    return removed


@frontend_operation("ListOrganizationRoles")
def list_roles(call: BrowserCall) -> Json:
    organization = require_member(call).organization
    keys = roles.role_set_of(call.store, organization)["_roles"]
    page = list_page(call, ROLES, ROLES.c.key.in_(keys), order=ROLES.oldest_first, serialize=serialize_roles)
    return {**page, "has_role_set_migration": False}


def _membership(call: BrowserCall, organization: Json) -> Json:
    membership = memberships.of_user(call.store, organization["id"], call.path["user_id"])
    if membership is None:
        raise errors.not_found("member", call.path["user_id"])
    return membership
