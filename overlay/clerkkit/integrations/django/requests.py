"""The state of a request, and who has looked at it."""

from __future__ import annotations

import weakref
from typing import Any, Literal, cast, overload

from django.http import HttpRequest

from clerk_core.deprecation import deprecated
from clerkkit.auth import MachineToken, RequestState, SessionClaims
from clerkkit.auth.tokens.kinds import SESSION_TOKEN
from clerkkit.integrations.common import NO_STATE, Accepted, MachineTokenType, caller_of
from clerkkit.integrations.states import session_of


class ClerkRequest(HttpRequest):
    """A request that has passed the middleware: for annotations of views."""

    clerk: RequestState


class ObservedState:
    """Stands for the state of a request, and notes in the request that somebody has used it."""

    __slots__ = ("_request", "_state")

    def __init__(self, request: HttpRequest, state: RequestState) -> None:
        self._request = weakref.ref(request)
        self._state = state

    def _used(self) -> RequestState:
        request = self._request()
        if request is not None:
            mark_as_used(request)
        return self._state

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # pyright: ignore[reportIncompatibleMethodOverride]
        return type(self._used())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._used(), name)

    def __eq__(self, other: object) -> bool:
        return self._used() == (other._state if type(other) is ObservedState else other)

    def __hash__(self) -> int:
        return hash(self._used())

    def __repr__(self) -> str:
        return repr(self._state)


def mark_as_used(request: Any) -> None:
    """Note that the response depends on who sends the request."""
    request._clerk_is_used = True
    # `cache_page` keeps a response before the middleware can add `Vary` to it, unless this says no.
    request._cache_update_cache = False


def is_used(request: HttpRequest) -> bool:
    """Return whether the response depends on who sends the request."""
    return getattr(request, "_clerk_is_used", False)


def observe(request: HttpRequest, state: RequestState) -> HttpRequest:
    """Make the state the attribute `clerk` of the request."""
    cast("Any", request).clerk = ObservedState(request, state)
    return request


def state_in(request: HttpRequest) -> RequestState:
    """Return the state that the middleware has put into a request, `request.clerk`.

    Raises:
        RuntimeError: no middleware has seen it.
    """
    state: RequestState | None = getattr(request, "clerk", None)
    if state is None:
        raise RuntimeError(NO_STATE)
    mark_as_used(request)
    return state


@overload
def get_auth(request: HttpRequest, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: HttpRequest, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: HttpRequest, *, token_type: Accepted) -> SessionClaims | MachineToken | None: ...
def get_auth(request: HttpRequest, *, token_type: Accepted = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return who is calling, or None for nobody. `request.clerk` tells why.

    Args:
        request: The request of a view, sync or async.
        token_type: Kinds of token, of those that the middleware accepts: one, a list, or `any`. Who calls with another
            one is nobody here. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not seen the request.
        InvalidArgument: `token_type` is invalid.
    """
    return caller_of(state_in(request), token_type)


_STATE_OF = "`state_of` is `get_auth`, which returns who is calling; the state is `request.clerk`"
_SESSION_CLAIMS = "`session_claims(request)` is `get_auth(request)`"


@deprecated(_STATE_OF)
def state_of(request: HttpRequest) -> RequestState:
    """The old way to `request.clerk`."""
    return state_in(request)


@deprecated(_SESSION_CLAIMS)
def session_claims(request: HttpRequest) -> SessionClaims:
    """The old name of `get_auth` in a view that `require_auth` guards."""
    return session_of(state_in(request))
