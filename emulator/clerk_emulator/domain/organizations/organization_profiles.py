"""Organizations as the API returns them, and the instance setting that enables them."""

from __future__ import annotations

from clerk_emulator.domain import events, images
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage import sql
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, SESSIONS

MEMBERS_COUNT = sql.select_count(MEMBERSHIPS.name).where(MEMBERSHIPS.c.organization_id == ORGANIZATIONS.c.id)
"""The number of members of an organization, for sorting."""


def require_organizations_enabled(store: Store) -> None:
    """Raise Clerk's 403 if organizations are disabled in the instance settings."""
    if not ORGANIZATION_SETTINGS.value(store, "enabled"):
        message = "Organizations are disabled for this instance."
        raise ClerkAPIError(403, "organization_not_enabled_in_instance", "not enabled", message)


def serialize_organization(store: Store, row: Json) -> Json:
    """Return an organization as the API returns it, without what `include_...` parameters add."""
    return {**public_fields(row), "has_image": row["_image"] is not None, "image_url": images.url(store, row)}


def record_organization(store: Store, event_type: str, row: Json) -> Json:
    """Record an event about an organization, and return the organization as the API returns it."""
    return events.record(store, event_type, serialize_organization(store, row))


def public_organization_data(store: Store, row: Json) -> Json:
    """Return the public data of an organization."""
    return {
        "id": row["id"],
        "name": row["name"],
        "slug": row["slug"],
        "has_image": row["_image"] is not None,
        "image_url": images.url(store, row),
    }


def pending_invitations(store: Store, organization: Json) -> tuple[Where, ...]:
    """Return the conditions for an organization's invitations that can still be accepted."""
    return (
        ORGANIZATION_INVITATIONS.c.organization_id == organization["id"],
        ORGANIZATION_INVITATIONS.c.status == "pending",
        ORGANIZATION_INVITATIONS.c.expires_at > store.clock.now(),
    )


def clear_active_organization(store: Store, organization_id: str, *where: Where) -> None:
    """Clear the active organization of sessions, if it is this one and the session matches `where`."""
    store.update_all(
        SESSIONS,
        SESSIONS.c.last_active_organization_id == organization_id,
        *where,
        last_active_organization_id=None,
    )
