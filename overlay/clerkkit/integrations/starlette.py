"""Starlette: `ClerkMiddleware`, and `get_auth` and `require_auth` for the routes.

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
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.asgi import ClerkMiddleware, state_in
from clerkkit.integrations.common import Accepted, Denial, MachineTokenType, Required, caller_of

__all__ = ["ClerkMiddleware", "get_auth", "require_auth"]

_LONGEST_REASON = 123
"""Bytes that a websocket's close frame has for it."""


@overload
def get_auth(request: HTTPConnection, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: HTTPConnection, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: HTTPConnection, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(request: HTTPConnection, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. `request.state.clerk` tells why.

    Args:
        request: A request or websocket.
        token_type: Kinds of token, of those that the middleware accepts: one, a list, or `any`. Who calls with another
            one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not seen the request.
        InvalidArgument: `token_type` is invalid.
    """
    return caller_of(state_in(request.scope), token_type)


@overload
def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Literal["session_token"] = "session_token",  # noqa: S107  # a name
) -> Callable[[HTTPConnection], SessionClaims]: ...
@overload
def require_auth(
    *, token_type: Literal["m2m_token", "oauth_token", "api_key"]
) -> Callable[[HTTPConnection], MachineToken]: ...
@overload
def require_auth(
    *, token_type: Literal["any"] | Sequence[TokenType]
) -> Callable[[HTTPConnection], SessionClaims | MachineToken]: ...
def require_auth(**asked: Any) -> Callable[[HTTPConnection], Any]:
    """Make a check for routes: called with the request, it answers who is calling.

    It raises HTTPException: 401 for nobody, 403 where something is missing, 503 where the token cannot be verified at
    the moment. A websocket is closed (1008, 1013 for 503). Checks with equal requirements are equal.

    Args:
        **asked: `role`, `permission`, `feature`, `plan`, all of which the session has to have, and `token_type`: a kind
            of token, a list of kinds, or `any`. Default: session tokens.

    Raises:
        InvalidArgument: one makes no sense, or is None.
    """
    return _Guard(Required(**asked))


@attrs.frozen
class _Guard:
    """A check for routes. Those with equal requirements are equal."""

    required: Required

    def __call__(self, connection: HTTPConnection) -> SessionClaims | MachineToken:
        return admitted(connection, self.required)


def admitted(connection: HTTPConnection, required: Required) -> SessionClaims | MachineToken:
    """Who is calling.

    Raises:
        HTTPException: 401, 403 or 503.
        WebSocketException: the same for a websocket.
    """
    who = required.judge(state_in(connection.scope))
    if not isinstance(who, Denial):
        return who
    if connection.scope["type"] == "websocket":
        reason = who.detail.encode()[:_LONGEST_REASON].decode(errors="ignore")
        code = WS_1013_TRY_AGAIN_LATER if who.status == 503 else WS_1008_POLICY_VIOLATION
        raise WebSocketException(code, reason)
    raise HTTPException(who.status, who.detail, who.headers)


_STATE_OF = "`state_of` is `get_auth`, which returns who is calling; the state is `request.state.clerk`"


@deprecated(_STATE_OF)
def state_of(connection: HTTPConnection) -> RequestState:
    """The old way to `request.state.clerk`."""
    return state_in(connection.scope)
