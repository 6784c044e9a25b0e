"""Litestar: `define_middleware`, `get_auth`, and `require_auth` as a guard.

Needs the extra `litestar`: `pip install "clerkkit[litestar]"`. `docs/frameworks.md` has an example.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, NoReturn, Unpack, cast, overload

try:
    from litestar.connection import ASGIConnection, WebSocket
    from litestar.exceptions import HTTPException, WebSocketException
    from litestar.handlers import BaseRouteHandler
    from litestar.middleware import DefineMiddleware
    from litestar.status_codes import WS_1008_POLICY_VIOLATION
except ImportError as missing:
    raise ImportError('clerkkit.integrations.litestar needs Litestar: pip install "clerkkit[litestar]"') from missing

from clerkkit import AsyncClerk
from clerkkit.auth import AuthOptions, MachineToken, SessionClaims
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.asgi import BODY_HEADER, ClerkMiddleware, Scope, get_state
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller
from clerkkit.integrations.shared.requirements import Denial, RequirementArguments, Requirements

__all__ = ["define_middleware", "get_auth", "require_auth"]

Connection = ASGIConnection[Any, Any, Any, Any]

_TRY_AGAIN_LATER = 1013
"""The code that closes a websocket if the token cannot be verified at the moment."""


def define_middleware(
    clerk: AsyncClerk, *, options: AuthOptions | None = None, skip: Sequence[str] = ()
) -> DefineMiddleware:
    """Return `ClerkMiddleware` for `Litestar(middleware=[...])`.

    `clerk` is your client, which you close in the application's lifespan; the others are those of `ClerkMiddleware`.
    """
    # Litestar's types of ASGI are narrower than those of the specification.
    return DefineMiddleware(cast("Any", ClerkMiddleware), clerk=clerk, options=options, skip=skip)


@overload
def get_auth(request: Connection, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: Connection, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: Connection, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(request: Connection, *, token_type: AcceptedTypes = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. `request.scope["clerk"]` has the reason.

    `token_type` are the accepted types of token, among those that the middleware accepts: one, a list, or `any`.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(cast("Scope", request.scope)), token_type)


def require_auth(**requirements: Unpack[RequirementArguments]) -> Callable[[Connection, BaseRouteHandler], None]:
    """Return a guard: `@get("/", guards=[require_auth()])`, or for a controller, router or application.

    It raises HTTPException: 401 if the caller is signed out, 403 if the caller lacks a requirement, and 503 if the
    token cannot be verified at the moment. It closes websockets with 1008, or 1013 instead of 503.

    Args:
        **requirements: `role`, `permission`, `feature` and `plan`, all of which the session must have;
            `reverification`, how recently the user must have verified a factor (see `SessionClaims.has`): its 403 asks
            clerk-js's `useReverification` to verify again. `redirect`: whether a page load of somebody who is signed
            out is redirected (307) to the sign-in page; other requests still get 401. `token_type`: the accepted types
            of token.

    Raises:
        InvalidArgument: an argument is invalid.
    """
    checked = Requirements(**requirements)

    def guard(connection: Connection, _: BaseRouteHandler) -> None:
        caller = checked.check(get_state(cast("Scope", connection.scope)))
        if isinstance(caller, Denial):
            _deny(connection, caller)

    return guard


def _deny(connection: Connection, denial: Denial) -> NoReturn:
    if isinstance(connection, WebSocket):
        code = _TRY_AGAIN_LATER if denial.status == 503 else WS_1008_POLICY_VIOLATION
        raise WebSocketException(detail=denial.detail, code=code)
    headers = dict(denial.headers)
    if denial.reverification is not None:
        headers[BODY_HEADER] = denial.body  # the middleware sends it, since Litestar wraps a `detail`
    raise HTTPException(detail=denial.detail, status_code=denial.status, headers=headers)
