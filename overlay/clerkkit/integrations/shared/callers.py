"""Gets the caller from the state that a middleware has stored."""

from __future__ import annotations

from typing import Literal

from clerkkit.auth import MachineToken, RequestState, SessionClaims, SignedInState
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.integrations.shared.requirements import parse_token_types

MachineTokenType = Literal["m2m_token", "oauth_token", "api_key"]


def require_state(state: RequestState | None) -> RequestState:
    """Return the state.

    Raises:
        RuntimeError: there is none, since no middleware has authenticated the request.
    """
    if state is None:
        raise RuntimeError(
            "this request was not authenticated: install Clerk's middleware, and do not let it skip this path"
        )
    return state


def get_caller(state: RequestState, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None:
    """Return the caller. None if signed out, if the session is pending, or if the token is of another type.

    Raises:
        InvalidArgument: `token_type` is invalid.
    """
    return state.to_auth() if state.token_type in parse_token_types(token_type) else None


def require_session(state: RequestState) -> SessionClaims:
    """Return the session's claims in a view that `require_auth` guards.

    Raises:
        RuntimeError: the caller is signed out, or a machine.
    """
    caller = state.to_auth() if isinstance(state, SignedInState) else None
    if not isinstance(caller, SessionClaims):
        raise RuntimeError("there is no session: guard this view with require_auth()")  # noqa: TRY004
    return caller
