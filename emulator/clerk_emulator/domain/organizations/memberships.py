"""Members of organizations."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain import events, images
from clerk_emulator.domain.organizations.organization_profiles import (
    clear_active_organization,
    pending_invitations,
    serialize_organization,
)
from clerk_emulator.domain.organizations.roles import elevated_role_keys
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import AUTHENTICATION
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES, SESSIONS, USERS

SORT = {
    "created_at": MEMBERSHIPS.c.created_at,
    **{
        name: sql.select(USERS.c[name]).where(USERS.c.id == MEMBERSHIPS.c.user_id)
        for name in ("email_address", "phone_number", "first_name", "last_name", "username")
    },
}
"""The columns by which lists of members can be sorted."""


def add(store: Store, organization: Json, user: Json, role: str, public_metadata: Json, private_metadata: Json) -> Json:
    """Make a user a member. Raises ClerkAPIError if the user is one already, or the limit is reached."""
    if of_user(store, organization["id"], user["id"]):
        raise already_member(user["id"])
    require_capacity(store, organization)
    membership = store.create(
        MEMBERSHIPS,
        {
            "role": role,
            "public_metadata": public_metadata,
            "private_metadata": private_metadata,
            "_organization_id": organization["id"],
            "_user_id": user["id"],
        },
    )
    record_membership(store, "organizationMembership.created", membership)
    return membership


def of_user(store: Store, organization_id: str, user_id: str) -> Json | None:
    """Return the membership of a user in an organization, or None."""
    return store.find(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == user_id)


def already_member(who: str) -> ClerkAPIError:
    """Return the error for a user who is already a member."""
    return ClerkAPIError(400, "already_a_member_in_organization", "already a member", f"{who} is already a member.")


def require_capacity(store: Store, organization: Json) -> None:
    """Raise Clerk's 403 if members and pending invitations have reached the organization's limit."""
    limit = organization["max_allowed_memberships"]
    members = store.count(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization["id"])
    invited = store.count(ORGANIZATION_INVITATIONS, *pending_invitations(store, organization))
    if limit and members + invited >= limit:
        message = f"The organization may have {limit} members, including pending invitations."
        raise ClerkAPIError(403, "organization_membership_quota_exceeded", "limit reached", message)


def change_role(store: Store, membership: Json, role: str) -> Json:
    """Change the role of a member. Raises ClerkAPIError if no member could manage the organization any more."""
    changed = store.update(MEMBERSHIPS, membership, role=role)
    _require_manager(store, membership)
    record_membership(store, "organizationMembership.updated", changed)
    return changed


def remove(store: Store, membership: Json) -> None:
    """Remove a member. Raises ClerkAPIError if no member could manage the organization any more.

    Where each user must have an organization, the user must be a member of another one.
    """
    record_membership(store, "organizationMembership.deleted", membership)
    store.delete(MEMBERSHIPS, MEMBERSHIPS.c.id == membership["id"])
    _require_manager(store, membership)
    if AUTHENTICATION.value(store, "force_organization_selection"):
        _require_other_membership(store, membership["_user_id"])
    clear_active_organization(store, membership["_organization_id"], SESSIONS.c.user_id == membership["_user_id"])


def _require_other_membership(store: Store, user_id: str) -> None:
    if not store.find(MEMBERSHIPS, MEMBERSHIPS.c.user_id == user_id):
        message = f"User {user_id} must be a member of at least one organization."
        raise ClerkAPIError(422, "personal_accounts_not_allowed", "is the last organization", message)


def _require_manager(store: Store, before: Json) -> None:
    """Raise Clerk's error if the member, as it was `before`, was the last one who could manage the organization."""
    holders = elevated_role_keys(store)
    here = MEMBERSHIPS.c.organization_id == before["_organization_id"]
    if before["role"] in holders and not store.find(MEMBERSHIPS, here, MEMBERSHIPS.c.role.in_(holders)):
        message = "The organization needs at least one member with the permissions of an admin."
        raise ClerkAPIError(400, "organization_minimum_permissions_needed", "is the last admin", message)


def serialize_memberships(store: Store, rows: Sequence[Json]) -> list[Json]:
    """Return memberships as the API returns them, with the organization and the user."""
    organizations = {
        one["id"]: serialize_organization(store, one)
        for one in store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_({row["_organization_id"] for row in rows}))
    }
    users = {one["id"]: one for one in store.all(USERS, USERS.c.id.in_({row["_user_id"] for row in rows}))}
    roles = {one["key"]: one for one in store.all(ROLES, ROLES.c.key.in_({row["role"] for row in rows}))}
    return [
        {
            **public_fields(row),
            "role_name": roles[row["role"]]["name"],
            # Clerk returns null if a role has no permissions.
            "permissions": roles[row["role"]]["_permissions"] or None,
            "organization": organizations[row["_organization_id"]],
            "public_user_data": {
                **public_user_data(store, users[row["_user_id"]]),
                "username": users[row["_user_id"]]["username"],
                "profile_image_url": images.url(store, users[row["_user_id"]]),
                "banned": users[row["_user_id"]]["banned"],
                "deprovisioned": users[row["_user_id"]]["deprovisioned"],
            },
        }
        for row in rows
    ]


def serialize_membership(store: Store, row: Json) -> Json:
    """Return a membership as the API returns it."""
    (membership,) = serialize_memberships(store, [row])
    return membership


def record_membership(store: Store, event_type: str, row: Json) -> Json:
    """Record an event about a membership, and return the membership as the API returns it."""
    return events.record(store, event_type, serialize_membership(store, row))


def public_user_data(store: Store, user: Json) -> Json:
    """Return the user data that other members may see."""
    names = ("_email_address", "_phone_number", "username", "_web3wallet")
    return {
        "user_id": user["id"],
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "has_image": user["_image"] is not None,
        "image_url": images.url(store, user),
        "identifier": next((user[name] for name in names if user.get(name)), ""),
    }
