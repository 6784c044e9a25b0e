"""Invitations to organizations: how they expire and are accepted. No mail is sent of any.

The operations are in `operations/organization_invitations.py`.
"""

from __future__ import annotations

from clerk_emulator.domain import identifications, memberships
from clerk_emulator.domain.identifications import is_verified
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS


def expire(store: Store) -> None:
    """Let the invitations expire whose time is over. Whoever reads invitations does this first."""
    store.update_all(
        ORGANIZATION_INVITATIONS,
        ORGANIZATION_INVITATIONS.c.status == "pending",
        ORGANIZATION_INVITATIONS.c.expires_at <= store.clock.now(),
        status="expired",
    )


def not_pending(invitation: Json) -> Refusal:
    """The invitation has been accepted or revoked, or is expired."""
    message = f"The invitation {invitation['id']} is {invitation['status']}."
    return Refusal(404, "organization_invitation_not_pending", "not pending", message)


def addresses(store: Store, user_id: str) -> list[str]:
    """The email addresses at which a user finds invitations: the verified ones."""
    held = identifications.of_user(store, user_id)
    return [one["_identifier"] for one in held if one["object"] == "email_address" and is_verified(one)]


def accept(store: Store, invitation_id: str, user_id: str) -> Json:
    """Do what happens when the invited user accepts: a membership with the invitation's role and metadata; returned.

    Raises Refusal where the invitation is not pending, or was sent to somebody else.
    """
    expire(store)
    user = store.need(USERS, user_id)
    invitation = store.need(ORGANIZATION_INVITATIONS, invitation_id)
    if invitation["status"] != "pending":
        raise not_pending(invitation)
    if invitation["email_address"] not in addresses(store, user_id):
        message = f"User {user_id} has no verified email address {invitation['email_address']}."
        code = "organization_invitation_identification_not_exist"
        raise Refusal(400, code, "is for another", message)
    # From here on it takes no place of its own.
    store.update(ORGANIZATION_INVITATIONS, invitation, status="accepted")
    organization = store.need(ORGANIZATIONS, invitation["organization_id"])
    return memberships.add(
        store,
        organization,
        user,
        invitation["role"],
        invitation["public_metadata"],
        invitation["private_metadata"],
    )
