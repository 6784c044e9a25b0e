"""FastAPI: `ClerkMiddleware`, and `Depends(require_auth(...))`, which the docs page shows.

Needs the extra `fastapi`: `pip install "clerkkit[fastapi]"`.
"""

# Annotations are not postponed here: FastAPI could not look those of an object's `__call__` up. And what FastAPI calls
# is async: it would run a plain function in a thread.

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, overload

from fastapi.openapi.models import HTTPBearer
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase

from clerk_core import UNSET, Unset
from clerkkit.auth import MachineToken, RequestState, SessionClaims, TokenType
from clerkkit.integrations.asgi import ClerkMiddleware
from clerkkit.integrations.common import Required
from clerkkit.integrations.starlette import admitted
from clerkkit.integrations.starlette import state_of as _state_of

__all__ = ["ClerkMiddleware", "require_auth", "state_of"]

_DESCRIPTION = "A token of Clerk's: of a session or a machine. Browsers send that of a session in a cookie, too."


async def state_of(connection: HTTPConnection) -> RequestState:
    """A dependency that answers the state of a request, signed in or not: `Annotated[RequestState, Depends(state_of)]`.

    Raises:
        RuntimeError: no middleware has seen it.
    """
    return _state_of(connection)


class _Guard(SecurityBase):
    """A dependency that is a security scheme of the OpenAPI document."""

    scheme_name = "Clerk"
    model = HTTPBearer(description=_DESCRIPTION)

    def __init__(self, required: Required) -> None:
        self._required = required

    async def __call__(self, connection: HTTPConnection) -> SessionClaims | MachineToken:
        return admitted(connection, self._required)


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

    It raises HTTPException, 401 for nobody and 403 where something is missing; a websocket is closed (1008).

    Args:
        **asked: `role`, `permission`, `feature`, `plan`, all of which the session has to have, and `token_type`: a kind
            of token, a list of kinds, or `any`. Default: session tokens.

    Raises:
        InvalidArgument: one makes no sense, or is None.
    """
    return _Guard(Required(**asked))
