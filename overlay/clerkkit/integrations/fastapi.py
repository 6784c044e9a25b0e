"""FastAPI: `ClerkMiddleware`, `get_auth`, and `Depends(require_auth(...))`.

Needs the extra `fastapi`: `pip install "clerkkit[fastapi]"`. `docs/frameworks.md` has examples.
"""

# Annotations are not postponed here: FastAPI cannot resolve those of an object's `__call__`. Guards are async, since
# FastAPI runs plain functions in a thread. `get_auth` is a plain function nevertheless: called without `await`, a
# coroutine would be truthy, as if somebody were signed in.

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, overload

import attrs

try:
    from fastapi.openapi.models import HTTPBearer
    from fastapi.requests import HTTPConnection
    from fastapi.security.base import SecurityBase
except ImportError as missing:
    raise ImportError('clerkkit.integrations.fastapi needs FastAPI: pip install "clerkkit[fastapi]"') from missing

from clerk_core import UNSET, Unset
from clerk_core.deprecation import superseded
from clerkkit.auth import MachineToken, RequestState, SessionClaims, TokenType
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.reverification import Reverification
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.asgi import ClerkMiddleware, get_state
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller
from clerkkit.integrations.shared.openapi import SCHEME_DESCRIPTION, SCHEME_NAME
from clerkkit.integrations.shared.requirements import Requirements
from clerkkit.integrations.starlette import require_caller

__all__ = ["ClerkMiddleware", "get_auth", "require_auth"]


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

    Call it in a route, or depend on it: `Annotated[SessionClaims | None, Depends(get_auth)]`, for sessions only.

    Args:
        request: A request or websocket.
        token_type: Accepted types of token, among those that the middleware accepts: one, a list, or `any`. For a token
            of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(request.scope), token_type)


# FastAPI takes the parameters of a dependency from the query. The client must not choose the accepted types of token.
get_auth.__dict__["__signature__"] = inspect.Signature(
    [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HTTPConnection)]
)


@attrs.frozen
class _Guard(SecurityBase):
    """A dependency that is a security scheme of the OpenAPI document.

    Guards with equal requirements are equal, so that `dependency_overrides` finds them.
    """

    requirements: Requirements

    scheme_name = SCHEME_NAME
    model = HTTPBearer(description=SCHEME_DESCRIPTION)

    async def __call__(self, connection: HTTPConnection) -> SessionClaims | MachineToken:
        return require_caller(connection, self.requirements)


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
) -> Callable[[HTTPConnection], Awaitable[SessionClaims]]: ...
@overload
def require_auth(*, token_type: MachineTokenType) -> Callable[[HTTPConnection], Awaitable[MachineToken]]: ...
@overload
def require_auth(
    *, token_type: Literal["any"] | Sequence[TokenType]
) -> Callable[[HTTPConnection], Awaitable[SessionClaims | MachineToken]]: ...
def require_auth(**requirements: Any) -> Callable[[HTTPConnection], Awaitable[Any]]:
    """Return a dependency that provides the caller: `Annotated[SessionClaims, Depends(require_auth())]`.

    The dependency raises HTTPException: 401 if the caller is signed out, 403 if the caller lacks a requirement, and 503
    if the token cannot be verified at the moment. It closes websockets with 1008, or 1013 instead of 503. Dependencies
    with equal requirements are equal.

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


# Not decorated with `@deprecated`: FastAPI would not recognize the result as a coroutine function.
async def state_of(connection: HTTPConnection) -> RequestState:
    """Return `request.state.clerk`."""
    superseded("`state_of` is deprecated: use `get_auth` for the caller, `request.state.clerk` for the state")
    return get_state(connection.scope)
