"""Organizations and memberships."""

from __future__ import annotations

from clerk_emulator.domain.organization_profiles import serialize_organization as serialize_stored
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, ROLES

_SHOWN = (
    *("object", "id", "name", "slug", "image_url", "has_image", "max_allowed_memberships", "admin_delete_enabled"),
    *("public_metadata", "created_at", "updated_at"),
)


def serialize_organization(call: BrowserCall, row: Json) -> Json:
    """Return an organization as its members see it."""
    stored = serialize_stored(call.store, row)
    members = call.store.count(MEMBERSHIPS, MEMBERSHIPS.c.organization_id == row["id"])
    return {**{name: stored[name] for name in _SHOWN}, "members_count": members}


def serialize_membership(call: BrowserCall, membership: Json) -> Json:
    """Return a membership with its organization and the permissions of its role."""
    role = call.store.find(ROLES, ROLES.c.key == membership["role"]) or {}
    return {
        "object": "organization_membership",
        "id": membership["id"],
        "role": membership["role"],
        "role_name": role.get("name", ""),
        "permissions": role.get("_permissions", []),
        "public_metadata": membership["public_metadata"],
        "organization": serialize_organization(call, call.store.require(ORGANIZATIONS, membership["_organization_id"])),
        "created_at": membership["created_at"],
        "updated_at": membership["updated_at"],
    }
