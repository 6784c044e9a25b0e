"""A web application that knows its caller; compose.yaml runs it with the local Clerk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI

from clerkkit import Clerk
from clerkkit.auth import SessionClaims
from clerkkit.integrations.fastapi import ClerkMiddleware, require_auth

Session = Annotated[SessionClaims, Depends(require_auth())]

app = FastAPI(title="An application with users")
app.add_middleware(ClerkMiddleware, skip=["/health"])


@app.get("/health")
async def health() -> dict[str, str]:
    """Respond to the health check of the container."""
    return {"status": "ok"}


@app.get("/me")
async def me(session: Session) -> dict[str, str | None]:
    """Return who has sent the request."""
    return {"user": session.user_id, "organization": session.org_slug, "role": session.org_role}


@app.get("/colleagues")
def colleagues(session: Session) -> list[str]:
    """Return the members of the caller's active organization."""
    if session.org_id is None:
        return []
    with Clerk() as clerk:
        members = clerk.organization_memberships.list(session.org_id)
    return [
        member.public_user_data.identifier
        for member in members
        if member.public_user_data and member.public_user_data.identifier
    ]
