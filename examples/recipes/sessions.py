"""Sign in, sign out, and authenticate requests."""

from __future__ import annotations

from typing import Any

from clerkkit import Clerk, Session
from clerkkit.auth import AuthOptions, MachineToken, SessionClaims


def impersonate(clerk: Clerk, user_id: str, admin_id: str) -> str | None:
    """Return a link that signs an admin in as a user. The claim `act` of the session names the admin."""
    return clerk.actor_tokens.create(user_id=user_id, actor={"sub": admin_id}).url


def sign_in_link(clerk: Clerk, user_id: str) -> str | None:
    """Return a link that signs a user in. It works once, within one hour."""
    return clerk.sign_in_tokens.create(user_id=user_id, expires_in_seconds=3600).url


def session_token(clerk: Clerk, user_id: str) -> str:
    """Return a session token for a user, for tests. Clerk rejects this in production instances."""
    return clerk.sessions.create_token(clerk.sessions.create(user_id=user_id).id).jwt


def sign_out_everywhere(clerk: Clerk, user_id: str) -> list[Session]:
    """Revoke all sessions of a user, and return them."""
    return clerk.sessions.revoke_all(user_id)


def caller(clerk: Clerk, request: Any, origin: str) -> SessionClaims | MachineToken | None:
    """Return the session or machine of a request of any framework. Rejects tokens for other origins."""
    options = AuthOptions.from_environment(authorized_parties=[origin])
    return clerk.auth.authenticate_request(request, options).to_auth()
