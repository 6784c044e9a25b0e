"""FastAPI: `ClerkMiddleware`, `get_auth`, and `Depends(require_auth(...))`, which the docs page shows.

Needs the extra `fastapi`: `pip install "clerkkit[fastapi]"`.
"""

# Annotations are not postponed here: FastAPI could not look those of an object's `__call__` up. Guards are async, as
# FastAPI runs a plain function in a thread. `get_auth` is plain all the same: where it is called without `await`, a
# coroutine would be true, as if somebody were signed in.

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
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.asgi import ClerkMiddleware, state_in
from clerkkit.integrations.common import (
    SCHEME_DESCRIPTION,
    SCHEME_NAME,
    Accepted,
    MachineTokenType,
    Required,
    caller_of,
)
from clerkkit.integrations.starlette import admitted

__all__ = ["ClerkMiddleware", "get_auth", "require_auth"]


@overload
def get_auth(request: HTTPConnection, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: HTTPConnection, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: HTTPConnection, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(request: HTTPConnection, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. `request.state.clerk` tells why.

    In a route it is called, or depended on: `Annotated[SessionClaims | None, Depends(get_auth)]`, for sessions alone.

    Args:
        request: A request or websocket.
        token_type: Kinds of token, of those that the middleware accepts: one, a list, or `any`. Who calls with another
            one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not seen the request.
        InvalidArgument: `token_type` is invalid.
    """
    return caller_of(state_in(request.scope), token_type)


# FastAPI takes the parameters of a dependency from the query: who calls must not choose the kinds of token.
get_auth.__dict__["__signature__"] = inspect.Signature(
    [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=HTTPConnection)]
)


@attrs.frozen
class _Guard(SecurityBase):
    """A dependency that is a security scheme of the OpenAPI document.

    Those with equal requirements are equal, so that `dependency_overrides` finds them.
    """

    required: Required

    scheme_name = SCHEME_NAME
    model = HTTPBearer(description=SCHEME_DESCRIPTION)

    async def __call__(self, connection: HTTPConnection) -> SessionClaims | MachineToken:
        return admitted(connection, self.required)


@overload
def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Literal["session_token"] = "session_token",  # noqa: S107  # a name
) -> Callable[[HTTPConnection], Awaitable[SessionClaims]]: ...
@overload
def require_auth(
    *, token_type: Literal["m2m_token", "oauth_token", "api_key"]
) -> Callable[[HTTPConnection], Awaitable[MachineToken]]: ...
@overload
def require_auth(
    *, token_type: Literal["any"] | Sequence[TokenType]
) -> Callable[[HTTPConnection], Awaitable[SessionClaims | MachineToken]]: ...
def require_auth(**asked: Any) -> Callable[[HTTPConnection], Awaitable[Any]]:
    """Make a dependency that answers who is calling: `Annotated[SessionClaims, Depends(require_auth())]`.

    It raises HTTPException: 401 for nobody, 403 where something is missing, 503 where the token cannot be verified at
    the moment. A websocket is closed (1008, 1013 for 503). Dependencies with equal requirements are equal.

    Args:
        **asked: `role`, `permission`, `feature`, `plan`, all of which the session has to have, and `token_type`: a kind
            of token, a list of kinds, or `any`. Default: session tokens.

    Raises:
        InvalidArgument: one makes no sense, or is None.
    """
    return _Guard(Required(**asked))


# Without `@deprecated`, which FastAPI would not know for a coroutine function.
async def state_of(connection: HTTPConnection) -> RequestState:
    """The old way to `request.state.clerk`."""
    superseded("`state_of` is `get_auth`, which returns who is calling; the state is `request.state.clerk`")
    return state_in(connection.scope)
