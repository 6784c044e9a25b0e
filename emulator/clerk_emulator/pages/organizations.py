"""Organizations of the signed-in user on the hosted pages."""

from __future__ import annotations

from clerk_emulator.json_types import Json
from clerk_emulator.pages.visit import Visit


def memberships(visit: Visit) -> list[Json]:
    """Return the user's memberships. Raises ClerkAPIError."""
    query = {"limit": "100", "paginated": "true"}
    found: list[Json] = visit.perform("getOrganizationMemberships", query=query)["data"]
    return found


def create(visit: Visit) -> None:
    """Create the organization that a form names, and make it the active one. Raises ClerkAPIError."""
    activate(visit, visit.perform("createOrganization", {"name": visit.form.get("name", "").strip()})["id"])


def activate(visit: Visit, organization_id: str) -> None:
    """Make an organization the active one of the session, or none if the id is empty. Raises ClerkAPIError."""
    session = visit.session()
    if session is not None:
        body = {"active_organization_id": organization_id}
        visit.perform("touchSession", body, path={"session_id": session["id"]})
