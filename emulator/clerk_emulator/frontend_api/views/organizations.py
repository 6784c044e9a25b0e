"""Organizations, their members, invitations and domains as the Frontend API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from clerk_emulator.domain.organizations import (
    domain_enrollment,
    membership_invitations,
    memberships,
    organization_profiles,
    roles,
)
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, USERS

_ORGANIZATION = (
    "object",
    "id",
    "name",
    "slug",
    "image_url",
    "has_image",
    "max_allowed_memberships",
    "admin_delete_enabled",
    "public_metadata",
    "created_at",
    "updated_at",
)
_INVITATION_HIDDEN = ("private_metadata", "inviter_id", "public_inviter_data")


def serialize_organization(call: BrowserCall, row: Json) -> Json:
    """Return an organization as its members see it."""
    shared = organization_profiles.serialize_organization(call.store, row)
    return {
        **{name: shared[name] for name in _ORGANIZATION},
        "logo_url": shared["image_url"] if shared["has_image"] else None,
        "members_count": call.store.count(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == row["id"]),
        "pending_invitations_count": call.store.count(
            ORGANIZATION_INVITATIONS, *organization_profiles.pending_invitations(call.store, row)
        ),
    }


def serialize_memberships(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return memberships as members see them."""
    organizations = {
        one["id"]: serialize_organization(call, one)
        for one in call.store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_({row["_organization_id"] for row in rows}))
    }
    return [
        {
            **{key: value for key, value in shared.items() if key != "private_metadata"},
            "organization": organizations[row["_organization_id"]],
        }
        for row, shared in zip(rows, memberships.serialize_memberships(call.store, rows), strict=True)
    ]


def serialize_membership(call: BrowserCall, row: Json) -> Json:
    """Return a membership as members see it."""
    (membership,) = serialize_memberships(call, [row])
    return membership


def memberships_of_user(call: BrowserCall, user_id: str) -> list[Json]:
    """Return all memberships of a user, the oldest first."""
    return serialize_memberships(call, call.store.all(MEMBERSHIPS, MEMBERSHIPS.c.user_id == user_id))


def serialize_invitations(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return invitations to organizations as members and the invited see them."""
    public_data = public_organization_data(call, {row["organization_id"] for row in rows})
    return [
        {
            **{key: value for key, value in shared.items() if key not in _INVITATION_HIDDEN},
            # Its ticket signs the invited person up: only the email has it. What Clerk shows here is not known.
            "url": None,
            "public_organization_data": public_data[shared["organization_id"]],
        }
        for shared in membership_invitations.serialize_invitations(call.store, rows)
    ]


def serialize_suggestions(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return suggestions to join an organization as the user sees them."""
    public_data = public_organization_data(call, {row["_organization_id"] for row in rows})
    return [{**public_fields(row), "public_organization_data": public_data[row["_organization_id"]]} for row in rows]


def serialize_requests(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return requests to become a member as those who accept them see them."""
    users = {one["id"]: one for one in call.store.all(USERS, USERS.c.id.in_({row["_user_id"] for row in rows}))}
    return [
        {**public_fields(row), "public_user_data": memberships.public_user_data(call.store, users[row["_user_id"]])}
        for row in rows
    ]


def serialize_domains(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return domains of organizations as members see them."""
    return domain_enrollment.serialize_domains(call.store, list(rows))


def serialize_roles(call: BrowserCall, rows: Sequence[Json]) -> list[Json]:
    """Return roles that a member can have, with their permissions."""
    return roles.serialize_roles(call.store, rows)


def public_organization_data(call: BrowserCall, organization_ids: set[str]) -> dict[str, Json]:
    """Return the data of organizations that everybody may see, by id."""
    return {
        one["id"]: organization_profiles.public_organization_data(call.store, one)
        for one in call.store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_(organization_ids))
    }
