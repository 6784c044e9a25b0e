"""What the person who is signed in may do: in an organization, and to the own account."""

from __future__ import annotations

from dataclasses import dataclass

from clerk_emulator.domain.organizations import memberships, permissions
from clerk_emulator.domain.organizations.organization_profiles import require_organizations_enabled
from clerk_emulator.domain.reverification.freshness import require_recent
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json
from clerk_emulator.storage.tables import ORGANIZATIONS


@dataclass(frozen=True)
class Access:
    """The organization of a request, and the member who sends it."""

    organization: Json
    user: Json
    membership: Json


def require_verified_user(call: BrowserCall) -> Json:
    """Return the user, who has to have verified a factor recently. Raises Clerk's 401 and 403.

    Handlers call it that change how the user signs in.
    """
    require_recent(call.store, call.require_session())
    return call.require_user()


def require_member(call: BrowserCall, permission: str | None = None) -> Access:
    """Return the organization in the path with the caller, who must be a member with the permission.

    Raises ClerkAPIError. That an organization exists is not told to those who are no members.
    """
    user = call.require_user()
    require_organizations_enabled(call.store)
    organization_id = call.path.get("organization_id") or call.path["organizationID"]
    organization = call.store.get(ORGANIZATIONS, organization_id)
    membership = organization and memberships.of_user(call.store, organization["id"], user["id"])
    if not organization or not membership:
        message = f"There is no organization {organization_id}, or the user is not a member of it."
        raise ClerkAPIError(404, "organization_not_found_or_unauthorized", "not found", message)
    if permission:
        permissions.require(call.store, organization["id"], user["id"], permission)
    return Access(organization, user, membership)
