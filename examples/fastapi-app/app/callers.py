"""Dependencies of routes: who makes the request, and in which organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from clerkkit import AsyncClerk
from clerkkit.auth import SessionClaims
from clerkkit.integrations.fastapi import get_auth, require_auth
from clerkkit.sync import AsyncSync
from fastapi import Depends, HTTPException, Request

MODERATE = "org:notes:moderate"
"""The permission to delete the notes of others. Create it in the Clerk Dashboard, and add it to a role."""

OptionalSession = Annotated[SessionClaims | None, Depends(get_auth)]
Session = Annotated[SessionClaims, Depends(require_auth(redirect=True))]
AdminSession = Annotated[SessionClaims, Depends(require_auth(role="org:admin", redirect=True))]


@dataclass(frozen=True)
class Member:
    """A user, with the active organization."""

    session: SessionClaims
    organization_id: str

    @property
    def user_id(self) -> str:
        """The id of the user."""
        return self.session.user_id

    @property
    def is_admin(self) -> bool:
        """Whether the user is an admin of the organization."""
        return self.session.has(role="org:admin")

    @property
    def can_moderate(self) -> bool:
        """Whether the user may delete the notes of others."""
        return self.is_admin or self.session.has(permission=MODERATE)


async def require_member(organization_id: str, session: Session) -> Member:
    """Return the caller, for whom the organization of the path is active. A visit of a member's page makes it active.

    Raises:
        HTTPException: 404 if the organization is not active, whether it exists or not.
    """
    if session.org_id is None or session.org_id != organization_id:
        raise HTTPException(404, "There is no such organization, or you are not a member, or another one is active.")
    return Member(session, session.org_id)


async def require_admin(organization_id: str, session: AdminSession) -> Member:
    """Return the caller, who is an admin of the organization of the path.

    Raises:
        HTTPException: 404 if the organization is not active.
    """
    return await require_member(organization_id, session)


async def require_active_organization(session: Annotated[SessionClaims, Depends(require_auth())]) -> Member:
    """Return the caller of the API, with the active organization of the session.

    Raises:
        HTTPException: 403 if no organization is active.
    """
    if session.org_id is None:
        raise HTTPException(403, "no organization is active in this session")
    return Member(session, session.org_id)


def get_clerk(request: Request) -> AsyncClerk:
    """Return the client of the application."""
    clerk: AsyncClerk = request.app.state.clerk
    return clerk


def get_sync(request: Request) -> AsyncSync:
    """Return the copy of Clerk's objects."""
    sync: AsyncSync = request.app.state.sync
    return sync


OrganizationMember = Annotated[Member, Depends(require_member)]
OrganizationAdmin = Annotated[Member, Depends(require_admin)]
ActiveMember = Annotated[Member, Depends(require_active_organization)]
ClerkClient = Annotated[AsyncClerk, Depends(get_clerk)]
Copy = Annotated[AsyncSync, Depends(get_sync)]
