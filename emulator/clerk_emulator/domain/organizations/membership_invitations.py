"""Invitations to organizations: create, expire, accept, revoke and serialize them."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain import events, formats, metadata
from clerk_emulator.domain.invitations.application_invitations import duplicate
from clerk_emulator.domain.invitations.expiration import expire_pending
from clerk_emulator.domain.messaging import messages
from clerk_emulator.domain.organizations import memberships, permissions, roles
from clerk_emulator.domain.organizations.organization_profiles import pending_invitations, public_organization_data
from clerk_emulator.domain.tokens.ticket_urls import invitation_url
from clerk_emulator.domain.users import identifications
from clerk_emulator.domain.users.identifications import is_verified
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES, USERS

DEFAULT_DAYS = 30
_DAY = 24 * 3600 * 1000
_METADATA = ("public_metadata", "private_metadata")


def expire(store: Store) -> None:
    """Set the status of expired invitations. Call it before reading invitations."""
    expire_pending(store, ORGANIZATION_INVITATIONS)


def invite(store: Store, keys: Keys, organization: Json, body: Json, *, in_bulk: bool = False) -> Json:
    """Invite an email address to an organization, and return the invitation; `body` is that of the Backend API.

    Raises ClerkAPIError if the address is invited already or is that of a member, if there is no room for a further
    member, or if the inviter may not invite.
    """
    address = formats.email("email_address", body["email_address"])
    role = roles.require_role_for(store, organization, body["role"])
    redirect_url = formats.url("redirect_url", body["redirect_url"], schemes=()) if body.get("redirect_url") else None
    inviter_id = body.get("inviter_user_id") or None
    if inviter_id:
        permissions.require(store, organization["id"], inviter_id, roles.MANAGE_MEMBERS)
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
    invitation_id = store.ids.new(ORGANIZATION_INVITATIONS.prefix)
    now = store.clock.now()
    expires_at = now + (body.get("expires_in_days") or DEFAULT_DAYS) * _DAY
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
            "url": invitation_url(store, keys, "organization_invitation", invitation_id, expires_at, redirect_url),
            **{name: metadata.validate(name, body.get(name) or {}) for name in _METADATA},
        },
    )
    invitation = record_invitation(store, "organizationInvitation.created", row)
    if body.get("notify") is not False:
        send(store, row)
    return invitation


def revoke(store: Store, invitation: Json) -> Json:
    """Revoke an invitation, and return it as the API returns it. Raises Clerk's 404 unless it is pending."""
    if invitation["status"] != "pending":
        raise not_pending(invitation)
    revoked = store.update(ORGANIZATION_INVITATIONS, invitation, status="revoked")
    return record_invitation(store, "organizationInvitation.revoked", revoked)


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
    close(store, invitation, user)
    membership = memberships.add(
        store,
        store.require(ORGANIZATIONS, invitation["organization_id"]),
        user,
        invitation["role"],
        invitation["public_metadata"],
        invitation["private_metadata"],
    )
    notify_inviter(store, invitation)
    return membership


def join(store: Store, organization: Json, user: Json, role: str, body: Json) -> Json:
    """Make a user a member with the metadata in a body, and return the membership. Raises ClerkAPIError."""
    given = {name: metadata.validate(name, body.get(name) or {}) for name in _METADATA}
    invited = store.find(
        ORGANIZATION_INVITATIONS,
        *pending_invitations(store, organization),
        ORGANIZATION_INVITATIONS.c.email_address.in_(verified_addresses(store, user["id"])),
    )
    if invited is None:
        return memberships.add(store, organization, user, role, **given)
    # Clerk does not say what happens to the invitation of a new member. It becomes accepted: our choice.
    close(store, invited, user)
    merged = {name: metadata.validate(name, invited[name] | given[name]) for name in _METADATA}
    membership = memberships.add(store, organization, user, role, **merged)
    notify_inviter(store, invited)
    return membership


def close(store: Store, invitation: Json, user: Json) -> None:
    """Mark an invitation as accepted by a user."""
    accepted = store.update(ORGANIZATION_INVITATIONS, invitation, status="accepted")
    record_invitation(store, "organizationInvitation.accepted", accepted, user_id=user["id"])


def notify_inviter(store: Store, invitation: Json) -> None:
    """Send the inviter the notice that an invitation was accepted."""
    inviter = invitation["inviter_id"]
    if inviter and store.get(USERS, inviter):
        organization = store.require(ORGANIZATIONS, invitation["organization_id"])
        values = {"email_address": invitation["email_address"], "org": {"name": organization["name"]}}
        messages.notify_user(store, inviter, "organization_invitation_accepted", values)


def send(store: Store, invitation: Json) -> None:
    """Send an invitation by email."""
    organization = store.require(ORGANIZATIONS, invitation["organization_id"])
    inviter = store.get(USERS, invitation["inviter_id"]) if invitation["inviter_id"] else None
    names = [inviter[name] for name in ("first_name", "last_name") if inviter[name]] if inviter else []
    values: Json = {
        "inviter_name": " ".join(names),
        "org": {"name": organization["name"]},
        "action_url": invitation["url"],
        "invitation": {"expires_at": invitation["expires_at"]},
    }
    messages.send_email(store, "organization_invitation", invitation["email_address"], values)


def serialize_invitations(store: Store, rows: Sequence[Json]) -> list[Json]:
    """Return invitations as the API returns them, without the organization."""
    names = {one["key"]: one["name"] for one in store.all(ROLES, ROLES.c.key.in_({row["role"] for row in rows}))}
    inviters = {
        one["id"]: memberships.public_user_data(store, one)
        for one in store.all(USERS, USERS.c.id.in_({row["inviter_id"] for row in rows}))
    }
    return [
        {**public_fields(row), "role_name": names[row["role"]], "public_inviter_data": inviters.get(row["inviter_id"])}
        for row in rows
    ]


def record_invitation(store: Store, event_type: str, row: Json, **values: Json | str) -> Json:
    """Record an event about an invitation, and return the invitation as the API returns it.

    `values` are further keys of the event's data.
    """
    (invitation,) = serialize_invitations(store, [row])
    organization = public_organization_data(store, store.require(ORGANIZATIONS, row["organization_id"]))
    events.record(store, event_type, {**invitation, **values, "data": {"public_organization_data": organization}})
    return invitation
