"""The state of a request, and who has looked at it."""

from __future__ import annotations

import weakref
from typing import Any, cast

from django.http import HttpRequest

from clerkkit.auth import RequestState, SessionClaims
from clerkkit.integrations.common import NO_STATE
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


def state_of(request: HttpRequest) -> RequestState:
    """What became of a request: `request.clerk`, of any request.

    Raises:
        RuntimeError: it did not pass the middleware.
    """
    state: RequestState | None = getattr(request, "clerk", None)
    if state is None:
        raise RuntimeError(NO_STATE)
    mark_as_used(request)
    return state


def session_claims(request: HttpRequest) -> SessionClaims:
    """Who is signed in, in a view that `require_auth` guards.

    Raises:
        RuntimeError: nobody, or a machine.
    """
    return session_of(state_of(request))
