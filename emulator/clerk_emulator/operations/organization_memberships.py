"""Organization memberships: of an organization, of a user, of the whole instance."""

from __future__ import annotations

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.domain import memberships, organization_invitation_rules, user_filters, value_rules
from clerk_emulator.domain.memberships import SORT, show_membership, show_memberships
from clerk_emulator.domain.organization_rules import organization_operation, pending
from clerk_emulator.domain.roles import need_role_for
from clerk_emulator.errors import Json
from clerk_emulator.request.call import Answer, Call
from clerk_emulator.request.listing import among, listing
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS

_METADATA = ("public_metadata", "private_metadata")


@organization_operation("InstanceGetOrganizationMemberships")
def list_all_memberships(call: Call) -> Answer:
    return listing(call, MEMBERSHIPS, sort=SORT, show=show_memberships)


@organization_operation("UsersGetOrganizationMemberships")
def list_memberships_of_user(call: Call) -> Answer:
    user = call.named(USERS, "user_id")
    return listing(call, MEMBERSHIPS, MEMBERSHIPS.c.user_id == user["id"], show=show_memberships)


@organization_operation("ListOrganizationMemberships")
def list_memberships(call: Call) -> Answer:
    organization = call.named(ORGANIZATIONS, "organization_id")
    of_users = [one for one in user_filters.of_query(call.query) if one is not None]
    return listing(
        call,
        MEMBERSHIPS,
        MEMBERSHIPS.c.organization_id == organization["id"],
        among(MEMBERSHIPS.c.role, call.query["role"]),
        MEMBERSHIPS.c.user_id.in_(sa.select(USERS.c.id).where(*of_users)) if of_users else None,
        sort=SORT,
        show=show_memberships,
    )


@organization_operation("CreateOrganizationMembership")
def create_membership(call: Call) -> Json:
    body = call.body
    organization = call.named(ORGANIZATIONS, "organization_id")
    user = call.store.get(USERS, body["user_id"])
    if user is None:
        raise errors.body_refers_to_nothing("user_id", body["user_id"])
    role = need_role_for(call.store, organization, body["role"])["key"]
    given = {name: value_rules.metadata(name, body.get(name) or {}) for name in _METADATA}
    invited = call.store.find(
        ORGANIZATION_INVITATIONS,
        *pending(call.store, organization),
        ORGANIZATION_INVITATIONS.c.email_address.in_(organization_invitation_rules.addresses(call.store, user["id"])),
    )
    if invited is None:
        return show_membership(call, memberships.add(call.store, organization, user, role, **given))
    # Whoever was invited need not be any longer. Clerk does not say what becomes of the invitation: it is accepted.
    membership = organization_invitation_rules.accept(call.store, invited["id"], user["id"])
    merged = {name: value_rules.metadata(name, membership[name] | given[name]) for name in _METADATA}
    return show_membership(call, call.store.update(MEMBERSHIPS, membership, role=role, **merged))


@organization_operation("UpdateOrganizationMembership")
def update_membership(call: Call) -> Json:
    organization = call.named(ORGANIZATIONS, "organization_id")
    membership = _asked(call, organization)
    role = need_role_for(call.store, organization, call.body["role"])
    return show_membership(call, memberships.change_role(call.store, membership, role["key"]))


@organization_operation("UpdateOrganizationMembershipMetadata")
def merge_metadata(call: Call) -> Json:
    membership = _asked(call, call.named(ORGANIZATIONS, "organization_id"))
    changes = value_rules.metadata_merged(membership, call.body, _METADATA)
    return show_membership(call, call.store.update(MEMBERSHIPS, membership, **changes))


@organization_operation("DeleteOrganizationMembership")
def delete_membership(call: Call) -> Json:
    membership = _asked(call, call.named(ORGANIZATIONS, "organization_id"))
    answer = show_membership(call, membership)
    memberships.remove(call.store, membership)
    return answer


def _asked(call: Call, organization: Json) -> Json:
    membership = memberships.of_user(call.store, organization["id"], call.path["user_id"])
    if membership is None:
        raise errors.not_found("member", call.path["user_id"])
    return membership
