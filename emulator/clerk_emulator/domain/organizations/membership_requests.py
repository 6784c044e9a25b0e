"""Requests of users to become members of an organization, which its admins accept or reject."""

from __future__ import annotations

from clerk_emulator import errors
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.organizations import memberships, roles
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIP_REQUESTS, MEMBERSHIPS, ORGANIZATIONS, ROLES, SUGGESTIONS, USERS


def accept_suggestion(store: Store, suggestion: Json, user: Json) -> Json:
    """Ask to join the suggested organization, tell those who decide, and return the suggestion."""
    organization = store.require(ORGANIZATIONS, suggestion["_organization_id"])
    data = {"status": "pending", "organization_id": organization["id"], "_user_id": user["id"]}
    store.create(MEMBERSHIP_REQUESTS, data)
    values = {"email_address": user["_email_address"] or "", "org": {"name": organization["name"]}}
    deciding = [one["key"] for one in store.all(ROLES) if roles.MANAGE_MEMBERS in one["_permissions"]]
    here = MEMBERSHIPS.c.organization_id == organization["id"]
    for membership in store.all(MEMBERSHIPS, here, MEMBERSHIPS.c.role.in_(deciding)):
        messages.notify_user(store, membership["_user_id"], "organization_membership_requested", values)
    return store.update(SUGGESTIONS, suggestion, status="accepted")


def require(store: Store, organization: Json, request_id: str) -> Json:
    """Return a pending request of an organization. Raises Clerk's 404 if there is none."""
    request = store.require(
        MEMBERSHIP_REQUESTS, request_id, MEMBERSHIP_REQUESTS.c.organization_id == organization["id"]
    )
    if request["status"] != "pending":
        raise errors.not_found("pending membership request", request_id)
    return request


def accept(store: Store, request: Json) -> Json:
    """Make the user a member with the default role, and return the request. Raises ClerkAPIError."""
    organization = store.require(ORGANIZATIONS, request["organization_id"])
    _, role = roles.creator_and_default_role(store, roles.role_set_of(store, organization))
    user = store.require(USERS, request["_user_id"])
    memberships.add(store, organization, user, role, {}, {})
    return store.update(MEMBERSHIP_REQUESTS, request, status="accepted")


def reject(store: Store, request: Json) -> Json:
    """Reject a request, and return it."""
    return store.update(MEMBERSHIP_REQUESTS, request, status="rejected")
