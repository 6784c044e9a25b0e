"""Organizations: whether there are any, and how they are shown. The operations are in `operations/organizations.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from clerk_emulator.domain import images
from clerk_emulator.domain.roles import elevated
from clerk_emulator.errors import Json, Refusal
from clerk_emulator.request.call import Answer, Call, Handler, operation, shown
from clerk_emulator.storage.settings import ORGANIZATION_SETTINGS
from clerk_emulator.storage.store import Store, Where
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATION_INVITATIONS, ORGANIZATIONS, SESSIONS

MEMBERS_COUNT = sa.select(sa.func.count()).where(MEMBERSHIPS.c.organization_id == ORGANIZATIONS.c.id).scalar_subquery()
"""How many members an organization has, to sort by."""


def organization_operation(operation_id: str) -> Callable[[Handler], Handler]:
    """As `operation`, for one that is refused while the instance has organizations off."""
    register = operation(operation_id)

    def checked(handle: Handler) -> Handler:
        def handle_if_enabled(call: Call) -> Answer | Json | list[Json] | None:
            if not ORGANIZATION_SETTINGS.read(call.store)["enabled"]:
                message = "This instance has organizations off."
                raise Refusal(403, "organization_not_enabled_in_instance", "not enabled", message)
            return handle(call)

        register(handle_if_enabled)
        return handle

    return checked


def show_organizations(call: Call, rows: Sequence[Json]) -> list[Json]:
    """Organizations as the API answers them."""
    return [show_organization(call, row) for row in rows]


def show_organization(call: Call, row: Json) -> Json:
    """An organization as the API answers it; `include_...` in the query adds to it."""
    answered = {**shown(row), "has_image": row["_image"] is not None, "image_url": images.url(call, row)}
    members = MEMBERSHIPS.c.organization_id == row["id"]
    if call.query.get("include_members_count"):
        answered["members_count"] = call.store.count(MEMBERSHIPS, members)
        answered["pending_invitations_count"] = call.store.count(ORGANIZATION_INVITATIONS, *pending(call.store, row))
    if call.query.get("include_missing_member_with_elevated_permissions"):
        holders = MEMBERSHIPS.c.role.in_(elevated(call.store))
        answered["missing_member_with_elevated_permissions"] = not call.store.count(MEMBERSHIPS, members, holders)
    return answered


def public_data(call: Call, row: Json) -> Json:
    """What anybody may see of an organization."""
    return {
        "id": row["id"],
        "name": row["name"],
        "slug": row["slug"],
        "has_image": row["_image"] is not None,
        "image_url": images.url(call, row),
    }


def pending(store: Store, organization: Json) -> tuple[Where, ...]:
    """The conditions for invitations of an organization that can still be accepted."""
    return (
        ORGANIZATION_INVITATIONS.c.organization_id == organization["id"],
        ORGANIZATION_INVITATIONS.c.status == "pending",
        ORGANIZATION_INVITATIONS.c.expires_at > store.clock.now(),
    )


def leave(store: Store, organization_id: str, *where: Where) -> None:
    """Let the organization no longer be the active one of sessions; `where` says of which, if not of all."""
    store.update_all(
        SESSIONS,
        SESSIONS.c.last_active_organization_id == organization_id,
        *where,
        last_active_organization_id=None,
    )
