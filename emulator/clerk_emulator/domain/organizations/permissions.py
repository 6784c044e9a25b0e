"""Permissions of members, which their roles give them."""

from __future__ import annotations

from clerk_emulator.domain.organizations import roles
from clerk_emulator.domain.sessions import session_lifecycle
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store


def require(store: Store, organization_id: str, user_id: str, permission: str) -> Json:
    """Return the membership of a user. Raises Clerk's 403 for a user who is no member, or lacks the permission."""
    membership = session_lifecycle.require_member(store, organization_id, user_id)
    if permission not in roles.require_role(store, membership["role"])["_permissions"]:
        message = f"User {user_id} lacks the permission {permission}."
        raise ClerkAPIError(
            403, "missing_organization_permission", "lacks a permission", message, permissions=[permission]
        )
    return membership
