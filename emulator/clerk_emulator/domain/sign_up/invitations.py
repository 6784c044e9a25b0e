"""Sign up with the ticket of an invitation, to the application or to an organization."""

from __future__ import annotations

from clerk_emulator.domain.invitations import application_invitations
from clerk_emulator.domain.organizations import membership_invitations
from clerk_emulator.domain.sessions import tickets
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.domain.users import identifications
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import INVITATIONS, ORGANIZATION_INVITATIONS

APPLICATION = "invitation"
ORGANIZATION = "organization_invitation"

_VERIFIED: Json = {
    "object": "verification_ticket",
    "status": "verified",
    "strategy": "ticket",
    "attempts": None,
    "expire_at": None,
}
_CLOSED = {
    (APPLICATION, "revoked"): "revoked_invitation",
    (APPLICATION, "accepted"): "invitation_already_accepted",
    (ORGANIZATION, "revoked"): "organization_invitation_revoked_code",
    (ORGANIZATION, "accepted"): "organization_invitation_already_accepted",
}
_NOT_FOR_SIGN_UP = {
    "sign_in_token": "sign_in_token_not_in_sign_in_code",
    "actor_token": "actor_token_not_in_sign_in_code",
    "agent_task": "agent_task_not_in_sign_in",
}


def read_ticket(store: Store, keys: Keys, ticket: str) -> tuple[str, Json]:
    """Return the type of the invitation to which a ticket belongs, and the invitation.

    Raises ClerkAPIError for a ticket that is invalid, and for one of an invitation that is not pending.
    """
    claims = jwts.read(keys, ticket) or {}
    kind = str(claims.get("st"))
    if kind in _NOT_FOR_SIGN_UP:
        message = "The ticket signs a user in, and cannot be used to sign up."
        raise ClerkAPIError(400, _NOT_FOR_SIGN_UP[kind], "cannot be used", message)
    table = {APPLICATION: INVITATIONS, ORGANIZATION: ORGANIZATION_INVITATIONS}.get(kind)
    application_invitations.expire(store)
    membership_invitations.expire(store)
    row = store.get(table, str(claims.get("sid"))) if table else None
    if row is None:
        raise tickets.invalid()
    if row["status"] == "expired":
        raise ClerkAPIError(400, "ticket_expired_code", "is expired", f"The invitation {row['id']} has expired.")
    if row["status"] != "pending":
        message = f"The invitation {row['id']} is {row['status']}."
        raise ClerkAPIError(400, _CLOSED[kind, row["status"]], f"is {row['status']}", message)
    return kind, row


def fields_of_ticket(store: Store, keys: Keys, ticket: str) -> Json:
    """Return the fields of a sign-up with a ticket: the invitation, and its address, which is verified.

    Raises ClerkAPIError for a ticket that cannot be used, and if a user has the address already.
    """
    kind, invitation = read_ticket(store, keys, ticket)
    address = invitation["email_address"]
    if identifications.find(store, "email_address", address):
        message = "There is already a user with the address of the invitation. Sign in to accept it."
        raise ClerkAPIError(400, "invitation_account_exists", "account exists", message)
    return {
        "email_address": address,
        "public_metadata": invitation["public_metadata"] if kind == APPLICATION else {},
        "_verifications": {"email_address": _VERIFIED},
        "_ticket": {"type": kind, "id": invitation["id"]},
    }


def accept(store: Store, ticket: Json, user_id: str) -> None:
    """Accept the invitation of a sign-up for the user that it has created. Raises ClerkAPIError."""
    if ticket["type"] == APPLICATION:
        application_invitations.accept(store, ticket["id"])
    else:
        membership_invitations.accept(store, ticket["id"], user_id)
