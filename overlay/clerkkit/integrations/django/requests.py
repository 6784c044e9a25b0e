"""Stores the state of a request, and records whether the response depends on it."""

from __future__ import annotations

import weakref
from typing import Any, Literal, cast, overload

from django.http import HttpRequest

from clerk_core.deprecation import deprecated
from clerkkit.auth import MachineToken, RequestState, SessionClaims
from clerkkit.auth.requests.options import AcceptedTypes
from clerkkit.auth.tokens.token_types import SESSION_TOKEN
from clerkkit.integrations.shared.callers import MachineTokenType, get_caller, require_session, require_state
from clerkkit.integrations.shared.requirements import Denial


class ClerkRequest(HttpRequest):
    """A request with the state that the middleware has stored, for annotations of views."""

    clerk: RequestState


class ObservedState:
    """A proxy of the state that marks the request as soon as the state is used."""

    __slots__ = ("_request", "_state")

    def __init__(self, request: HttpRequest, state: RequestState) -> None:
        self._request = weakref.ref(request)
        self._state = state

    def _use(self) -> RequestState:
        request = self._request()
        if request is not None:
            mark_as_used(request)
        return self._state

    @property  # type: ignore[misc]
    def __class__(self) -> type:  # pyright: ignore[reportIncompatibleMethodOverride]
        return type(self._use())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._use(), name)

    def __eq__(self, other: object) -> bool:
        return self._use() == (other._state if type(other) is ObservedState else other)

    def __hash__(self) -> int:
        return hash(self._use())

    def __repr__(self) -> str:
        return repr(self._state)


def mark_as_used(request: Any) -> None:
    """Record that the response depends on the caller."""
    request._clerk_is_used = True
    # `cache_page` would store the response before the middleware can add `Vary`.
    request._cache_update_cache = False


def is_used(request: HttpRequest) -> bool:
    """Return whether the response depends on the caller."""
    return getattr(request, "_clerk_is_used", False)


def store_state(request: HttpRequest, state: RequestState) -> HttpRequest:
    """Store the state as `request.clerk`, and return the request."""
    cast("Any", request).clerk = ObservedState(request, state)
    return request


def store_denial(request: HttpRequest, denial: Denial) -> None:
    """Record why a guard denies access, for a framework whose errors have neither headers nor JSON of one's own."""
    cast("Any", request)._clerk_denial = denial


def find_denial(request: HttpRequest) -> Denial | None:
    """Return the recorded denial, or None."""
    return getattr(request, "_clerk_denial", None)


def get_state(request: HttpRequest) -> RequestState:
    """Return the state that the middleware has stored, `request.clerk`.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
    """
    state = require_state(getattr(request, "clerk", None))
    mark_as_used(request)
    return state


@overload
def get_auth(request: HttpRequest, *, token_type: Literal["session_token"] = ...) -> SessionClaims | None: ...
@overload
def get_auth(request: HttpRequest, *, token_type: MachineTokenType) -> MachineToken | None: ...
@overload
def get_auth(request: HttpRequest, *, token_type: AcceptedTypes) -> SessionClaims | MachineToken | None: ...
def get_auth(request: HttpRequest, *, token_type: AcceptedTypes = SESSION_TOKEN) -> SessionClaims | MachineToken | None:
    """Return the caller, or None if nobody is signed in. `request.clerk` has the reason.

    Args:
        request: The request of a view, sync or async.
        token_type: Accepted types of token, among those that the middleware accepts: one, a list, or `any`. For a token
            of another type, the result is None. Default: session tokens.

    Raises:
        RuntimeError: the middleware has not authenticated the request.
        InvalidArgument: `token_type` is invalid.
    """
    return get_caller(get_state(request), token_type)


_STATE_OF = "`state_of` is deprecated: use `get_auth` for the caller, `request.clerk` for the state"
_SESSION_CLAIMS = "`session_claims(request)` is `get_auth(request)`"


@deprecated(_STATE_OF)
def state_of(request: HttpRequest) -> RequestState:
    """Return `request.clerk`."""
    return get_state(request)


@deprecated(_SESSION_CLAIMS)
def session_claims(request: HttpRequest) -> SessionClaims:
    """Return the session's claims in a view that `require_auth` guards."""
    return require_session(get_state(request))
