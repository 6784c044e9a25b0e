"""Invitations to organizations: expire and accept them. No emails are sent."""

from __future__ import annotations

from clerk_emulator.domain import identifications, memberships
from clerk_emulator.domain.expiration import expire_pending
from clerk_emulator.domain.identifications import is_verified
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS


def expire(store: Store) -> None:
    """Set the status of expired invitations. Call it before reading invitations."""
    expire_pending(store, ORGANIZATION_INVITATIONS)


def not_pending(invitation: Json) -> ClerkAPIError:
    """Return the error for an invitation that was accepted or revoked, or has expired."""
    message = f"The invitation {invitation['id']} is {invitation['status']}."
    return ClerkAPIError(404, "organization_invitation_not_pending", "not pending", message)


def verified_addresses(store: Store, user_id: str) -> list[str]:
    """Return the user's verified email addresses. Only they can receive invitations."""
    rows = identifications.of_user(store, user_id)
    return [one["_identifier"] for one in rows if one["object"] == "email_address" and is_verified(one)]


def accept(store: Store, invitation_id: str, user_id: str) -> Json:
    """Accept an invitation, and return the membership with its role and metadata.

    Raises ClerkAPIError if the invitation is not pending, or was sent to another address.
    """
    expire(store)
    user = store.require(USERS, user_id)
    invitation = store.require(ORGANIZATION_INVITATIONS, invitation_id)
    if invitation["status"] != "pending":
        raise not_pending(invitation)
    if invitation["email_address"] not in verified_addresses(store, user_id):
        message = f"User {user_id} has no verified email address {invitation['email_address']}."
        code = "organization_invitation_identification_not_exist"
        raise ClerkAPIError(400, code, "is for another address", message)
    # Done first, because a pending invitation counts towards the limit of memberships.
    store.update(ORGANIZATION_INVITATIONS, invitation, status="accepted")
    organization = store.require(ORGANIZATIONS, invitation["organization_id"])
    return memberships.add(
        store,
        organization,
        user,
        invitation["role"],
        invitation["public_metadata"],
        invitation["private_metadata"],
    )
