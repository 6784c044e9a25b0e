"""Starlette: `ClerkMiddleware`, and `get_auth` and `require_auth` for routes.

Needs the extra `starlette`: `pip install "clerkkit[starlette]"`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

import attrs

try:
    from starlette.exceptions import HTTPException, WebSocketException
    from starlette.requests import HTTPConnection
    from starlette.status import WS_1008_POLICY_VIOLATION, WS_1013_TRY_AGAIN_LATER
except ImportError as missing:
    raise ImportError('clerkkit.integrations.starlette needs Starlette: pip install "clerkkit[starlette]"') from missing

from clerk_core import UNSET, Unset
from clerk_core.deprecation import deprecated
from clerkkit.auth import MachineToken, RequestState, SessionClaims, TokenType
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.asgi import BODY_HEADER, ClerkMiddleware, get_state
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller
from clerkkit.integrations.shared.requirements import Denial, Requirements

__all__ = ["ClerkMiddleware", "get_auth", "require_auth"]

_MAX_REASON_BYTES = 123
"""Maximum length of the reason in a websocket's close frame."""


@overload
def get_auth(request: HTTPConnection, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: HTTPConnection, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: HTTPConnection, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(
    request: HTTPConnection, *, token_type: AcceptedTypes = SESSION_TOKEN
) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. `request.state.clerk` has the reason.

    Args:
        request: A request or websocket.
        token_type: Accepted types of token, among those that the middleware accepts: one, a list, or `any`. For a token
            of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(request.scope), token_type)


@overload
def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    reverification: Reverification | Unset = UNSET,
    redirect: bool = False,
    token_type: Literal["session_token"] = "session_token",  # noqa: S107  # a type, not a secret
) -> Callable[[HTTPConnection], SessionClaims]: ...
@overload
def require_auth(*, token_type: MachineTokenType) -> Callable[[HTTPConnection], MachineToken]: ...
@overload
def require_auth(
    *, token_type: Literal["any"] | Sequence[TokenType]
) -> Callable[[HTTPConnection], SessionClaims | MachineToken]: ...
def require_auth(**requirements: Any) -> Callable[[HTTPConnection], Any]:
    """Return a guard for routes: call it with the request to get the caller.

    The guard raises HTTPException: 401 if the caller is signed out, 403 if the caller lacks a requirement, and 503 if
    the token cannot be verified at the moment. It closes websockets with 1008, or 1013 instead of 503. Guards with
    equal requirements are equal.

    Args:
        **requirements: `role`, `permission`, `feature` and `plan`, all of which the session must have;
            `reverification`, how recently the user must have verified a factor (see `SessionClaims.has`): its 403 asks
            clerk-js's `useReverification` to verify again. `redirect`: whether a page load of somebody who is signed
            out is redirected (307) to the sign-in page, and comes back from there; other requests still get 401.
            `token_type`: the accepted types of token: one, a list, or `any`. Default: session tokens.

    Raises:
        InvalidArgument: a requirement is invalid or None.
    """
    return _Guard(Requirements(**requirements))


@attrs.frozen
class _Guard:
    """A guard for routes. Guards with equal requirements are equal."""

    requirements: Requirements

    def __call__(self, connection: HTTPConnection) -> SessionClaims | MachineToken:
        return require_caller(connection, self.requirements)


def require_caller(connection: HTTPConnection, requirements: Requirements) -> SessionClaims | MachineToken:
    """Return the caller, who meets the requirements.

    Raises:
        HTTPException: 401, 403 or 503.
        WebSocketException: 1008 or 1013, for a websocket.
    """
    caller = requirements.check(get_state(connection.scope))
    if not isinstance(caller, Denial):
        return caller
    if connection.scope["type"] == "websocket":
        reason = caller.detail.encode()[:_MAX_REASON_BYTES].decode(errors="ignore")
        code = WS_1013_TRY_AGAIN_LATER if caller.status == 503 else WS_1008_POLICY_VIOLATION
        raise WebSocketException(code, reason)
    headers = dict(caller.headers)
    if caller.reverification is not None:
        headers[BODY_HEADER] = caller.body  # the middleware sends it, since frameworks wrap a `detail`
    raise HTTPException(caller.status, caller.detail, headers)


_STATE_OF = "`state_of` is deprecated: use `get_auth` for the caller, `request.state.clerk` for the state"


@deprecated(_STATE_OF)
def state_of(connection: HTTPConnection) -> RequestState:
    """Return `request.state.clerk`."""
    return get_state(connection.scope)
