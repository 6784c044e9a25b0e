"""FastAPI: `ClerkMiddleware`, and `Depends(require_auth(...))`, which the docs page shows.

Needs the extra `fastapi`: `pip install "clerkkit[fastapi]"`.
"""

# Annotations are not postponed here: FastAPI could not look those of an object's `__call__` up. And what FastAPI calls
# is async: it would run a plain function in a thread.

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
from clerkkit.auth import MachineToken, RequestState, SessionClaims, TokenType
from clerkkit.integrations.asgi import ClerkMiddleware
from clerkkit.integrations.common import SCHEME_DESCRIPTION, SCHEME_NAME, Required
from clerkkit.integrations.starlette import admitted
from clerkkit.integrations.starlette import state_of as _state_of

__all__ = ["ClerkMiddleware", "require_auth", "state_of"]


async def state_of(connection: HTTPConnection) -> RequestState:
    """A dependency that answers the state of a request, signed in or not: `Annotated[RequestState, Depends(state_of)]`.

    Raises:
        RuntimeError: no middleware has seen it.
    """
    return _state_of(connection)


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
