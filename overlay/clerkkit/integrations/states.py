"""What Django, Flask and plain WSGI do with the state of a request."""

from __future__ import annotations

from clerkkit.auth import RequestState, SessionClaims, SignedInState


def session_of(state: RequestState) -> SessionClaims:
    """Who is signed in, where a guard has let nobody else in.

    Raises:
        RuntimeError: nobody, or a machine.
    """
    caller = state.to_auth() if isinstance(state, SignedInState) else None
    if not isinstance(caller, SessionClaims):
        raise RuntimeError("nobody is signed in: guard this view with require_auth()")  # noqa: TRY004
    return caller
