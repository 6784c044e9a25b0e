"""Members of organizations: how they come and go, and are shown.

The operations are in `operations/organization_memberships.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from clerk_emulator.domain import images
from clerk_emulator.domain.organization_rules import leave, pending, show_organization
from clerk_emulator.domain.roles import elevated
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Call, shown
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, ROLES, SESSIONS, USERS

SORT = {
    "created_at": MEMBERSHIPS.c.created_at,
    **{
        name: sa.select(USERS.c[name]).where(USERS.c.id == MEMBERSHIPS.c.user_id).scalar_subquery()
        for name in ("email_address", "phone_number", "first_name", "last_name", "username")
    },
}
"""What lists of members can be sorted by."""


def add(store: Store, organization: Json, user: Json, role: str, public_metadata: Json, private_metadata: Json) -> Json:
    """Make a user a member. Raises where the user is one, or there is no place for another."""
    if of_user(store, organization["id"], user["id"]):
        raise already_member(user["id"])
    need_room(store, organization)
    return store.create(
        MEMBERSHIPS,
        {
            "role": role,
            "public_metadata": public_metadata,
            "private_metadata": private_metadata,
            "_organization_id": organization["id"],
            "_user_id": user["id"],
        },
    )


def of_user(store: Store, organization_id: str, user_id: str) -> Json | None:
    """The membership of a user in an organization, if there is one."""
    return store.find(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == user_id)


def already_member(who: str) -> Refusal:
    """Who is to become a member, is one."""
    return Refusal(400, "already_a_member_in_organization", "already a member", f"{who} is a member already.")


def need_room(store: Store, organization: Json) -> None:
    """Raises where members and pending invitations leave no place for another."""
    limit = organization["max_allowed_memberships"]
    members = store.count(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization["id"])
    invited = store.count(ORGANIZATION_INVITATIONS, *pending(store, organization))
    if limit and members + invited >= limit:
        message = f"The organization may have {limit} members, with those who are invited."
        raise Refusal(403, "organization_membership_quota_exceeded", "no place is left", message)


def change_role(store: Store, membership: Json, role: str) -> Json:
    """Give a member another role. Raises where the last one who may manage the organization would be lost."""
    changed = store.update(MEMBERSHIPS, membership, role=role)
    _need_manager(store, membership)
    return changed


def remove(store: Store, membership: Json) -> None:
    """Let a member go. Raises where it is the last one who may manage the organization."""
    store.delete(MEMBERSHIPS, MEMBERSHIPS.c.id == membership["id"])
    _need_manager(store, membership)
    leave(store, membership["_organization_id"], SESSIONS.c.user_id == membership["_user_id"])


def _need_manager(store: Store, before: Json) -> None:
    """Raises where an organization had, in a member as it was `before`, the last one who may manage it."""
    holders = elevated(store)
    here = MEMBERSHIPS.c.organization_id == before["_organization_id"]
    if before["role"] in holders and not store.find(MEMBERSHIPS, here, MEMBERSHIPS.c.role.in_(holders)):
        message = "The organization needs at least one member who may manage it."
        raise Refusal(400, "organization_minimum_permissions_needed", "is the last one", message)


def show_memberships(call: Call, rows: Sequence[Json]) -> list[Json]:
    """Memberships as the API answers them, with the organization and the user."""
    store = call.store
    organizations = {
        one["id"]: show_organization(call, one)
        for one in store.all(ORGANIZATIONS, ORGANIZATIONS.c.id.in_({row["_organization_id"] for row in rows}))
    }
    users = {one["id"]: one for one in store.all(USERS, USERS.c.id.in_({row["_user_id"] for row in rows}))}
    roles = {one["key"]: one for one in store.all(ROLES, ROLES.c.key.in_({row["role"] for row in rows}))}
    return [
        {
            **shown(row),
            "role_name": roles[row["role"]]["name"],
            # Null where the role gives none, as Clerk answers it.
            "permissions": roles[row["role"]]["_permissions"] or None,
            "organization": organizations[row["_organization_id"]],
            "public_user_data": {
                **public_user_data(call, users[row["_user_id"]]),
                "username": users[row["_user_id"]]["username"],
                "profile_image_url": images.url(call, users[row["_user_id"]]),
                "banned": users[row["_user_id"]]["banned"],
                "deprovisioned": users[row["_user_id"]]["deprovisioned"],
            },
        }
        for row in rows
    ]


def show_membership(call: Call, row: Json) -> Json:
    """A membership as the API answers it."""
    (membership,) = show_memberships(call, [row])
    return membership


def public_user_data(call: Call, user: Json) -> Json:
    """What the other members may see of a user."""
    names = ("_email_address", "_phone_number", "username", "_web3wallet")
    return {
        "user_id": user["id"],
        "first_name": user["first_name"],
        "last_name": user["last_name"],
        "has_image": user["_image"] is not None,
        "image_url": images.url(call, user),
        "identifier": next((user[name] for name in names if user.get(name)), ""),
    }
