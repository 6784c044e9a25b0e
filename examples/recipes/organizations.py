"""Organizations and their members."""

from __future__ import annotations

import httpx

from clerkkit import Clerk, Organization
from clerkkit.models import OrganizationWithLogo


def organizations_of(clerk: Clerk, user_id: str) -> list[tuple[Organization, str]]:
    """Return the organizations of a user, each with the user's role."""
    return [(one.organization, one.role) for one in clerk.users.iterate_organization_memberships(user_id)]


def has_permission(clerk: Clerk, organization_id: str, user_id: str, permission: str) -> bool:
    """Return whether a user has a permission in an organization, such as `org:sys_memberships:manage`."""
    membership = clerk.organization_memberships.get(organization_id, user_id)
    return membership is not None and permission in (membership.permissions or [])


def move(clerk: Clerk, user_id: str, *, source: str, target: str) -> None:
    """Move a user from one organization to another, with the same role. Does nothing if the user is not a member.

    Clerk rejects the removal of the last member who can manage the source. `BadRequest` is raised then, and the user is
    a member of both organizations.
    """
    if membership := clerk.organization_memberships.get(source, user_id):
        clerk.organization_memberships.create(target, user_id=user_id, role=membership.role)
        clerk.organization_memberships.delete(source, user_id)


def ban_members(clerk: Clerk, organization_id: str) -> None:
    """Ban all members of an organization, 50 per call, which is Clerk's limit."""
    members = list(clerk.organization_memberships.iterate(organization_id))
    ids = [member.public_user_data.user_id for member in members if member.public_user_data]
    for start in range(0, len(ids), 50):
        clerk.users.bulk_ban(user_ids=ids[start : start + 50])


def set_logo_from_url(clerk: Clerk, organization_id: str, url: str) -> OrganizationWithLogo:
    """Set the logo of an organization to the image at a URL."""
    picture = httpx.get(url, follow_redirects=True).raise_for_status().content
    return clerk.organizations.upload_logo(organization_id, picture)
