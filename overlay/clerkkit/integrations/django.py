"""Django: a middleware that tells who is calling, and a decorator for views, sync and async. Needs the extra `django`.

Settings are named `CLERK_` and an option of `AuthOptions`, beside `CLERK_SECRET_KEY` and `CLERK_API_URL`; Clerk's
environment variables count where a setting is missing.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from http.cookies import Morsel
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from clerk_core import UNSET, InvalidArgument, Unset
from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AuthOptions, RequestState, SessionClaims
from clerkkit.auth.kinds import SESSION_TOKEN
from clerkkit.integrations.common import NO_STATE, Accepted, Denial, Required
from clerkkit.integrations.configured import auth_options, client_arguments
from clerkkit.integrations.states import added_headers, session_of

__all__ = [
    "ClerkMiddleware",
    "ClerkRequest",
    "NotAuthenticatedError",
    "async_client",
    "client",
    "require_auth",
    "session_claims",
    "state_of",
]

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=HttpRequest)


class ClerkRequest(HttpRequest):
    """A request that has passed the middleware: for annotations of views."""

    clerk: RequestState


def _setting(name: str) -> Any:
    return getattr(settings, name, None)


def _configured(made: Callable[[], T]) -> Callable[[], T]:
    """Made from the settings when first asked for, once for the process; anew where a test has changed a setting."""

    @functools.cache
    def get() -> T:
        try:
            return made()
        except InvalidArgument as error:
            name = "api_url" if error.argument == "base_url" else error.argument
            raise ImproperlyConfigured(f"CLERK_{name.upper()}: {error.problem}") from error

    def forget(*, setting: str, **_: object) -> None:
        if setting.startswith("CLERK_"):
            get.cache_clear()

    setting_changed.connect(forget, weak=False)
    return get


@_configured
def client() -> Clerk:
    """The client that the settings describe, for sync views too. It lasts as long as the process.

    Raises:
        ImproperlyConfigured: a setting is missing, or makes no sense.
    """
    return Clerk(**client_arguments(_setting))


@_configured
def async_client() -> AsyncClerk:
    """The same for async views.

    Raises:
        ImproperlyConfigured: a setting is missing, or makes no sense.
    """
    return AsyncClerk(**client_arguments(_setting))


@_configured
def _options() -> AuthOptions:
    return auth_options(_setting)


class NotAuthenticatedError(Exception):
    """A view was asked for by nobody, or with the wrong kind of token. The middleware makes a 401 of it."""

    def __init__(self, denial: Denial) -> None:
        super().__init__(denial)
        self.denial = denial


class ClerkMiddleware:
    """Authenticates each request, and does what the handshake asks for; the state is `request.clerk`.

    Put it above what asks who is calling. Over ASGI it never blocks the loop; over WSGI it takes no detour through one.

    Raises:
        ImproperlyConfigured: a setting is missing, or makes no sense.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = _is_async(get_response)
        auth = async_client().auth if self._is_async else client().auth
        self._authenticate: Callable[[HttpRequest], Any] = functools.partial(
            auth.authenticate_request, options=_options()
        )
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response: of the view, or the redirect of a handshake."""
        if self._is_async:
            return self._answer(request)
        state = self._authenticate(request)
        return _redirect(state) or _with_headers(state, self._get_response(_with(request, state)))

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        state = await self._authenticate(request)
        return _redirect(state) or _with_headers(state, await self._get_response(_with(request, state)))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002
        """The 401 of `require_auth`."""
        if not isinstance(exception, NotAuthenticatedError):
            return None
        said = exception.denial
        return HttpResponse(said.detail, status=401, content_type="text/plain; charset=utf-8", headers=said.headers)


def _is_async(function: Callable[..., Any]) -> bool:
    return iscoroutinefunction(function)  # pyright: ignore[reportDeprecated]  # asyncio's, before Python 3.12


def _with(request: HttpRequest, state: RequestState) -> HttpRequest:
    cast(ClerkRequest, request).clerk = state
    return request


def _redirect(state: RequestState) -> HttpResponseBase | None:
    return None if state.location is None else _with_headers(state, HttpResponse(status=307))


def _with_headers(state: RequestState, response: HttpResponseBase) -> HttpResponseBase:
    for header, value in added_headers(state, response.has_header):
        if header == "set-cookie":
            # Under a key of its own: cookies of one name and several domains are several. What Django writes is the
            # name, "=", and the text that goes with it; that holds the attributes, as Clerk has written them.
            name, _, rest = value.partition("=")
            cookie: Morsel[str] = Morsel()
            cookie.set(name, rest, rest)
            response.cookies[value] = cookie
        else:
            response[header] = value
    return response


def state_of(request: HttpRequest) -> RequestState:
    """What became of a request: `request.clerk`, of any request.

    Raises:
        RuntimeError: it did not pass the middleware.
    """
    state: RequestState | None = getattr(request, "clerk", None)
    if state is None:
        raise RuntimeError(NO_STATE)
    return state


def session_claims(request: HttpRequest) -> SessionClaims:
    """Who is signed in, in a view that `require_auth` guards.

    Raises:
        RuntimeError: nobody, or a machine.
    """
    return session_of(state_of(request))


def require_auth(
    *,
    role: str | Unset = UNSET,
    permission: str | Unset = UNSET,
    feature: str | Unset = UNSET,
    plan: str | Unset = UNSET,
    token_type: Accepted = SESSION_TOKEN,
) -> Callable[[Callable[Concatenate[R, P], T]], Callable[Concatenate[R, P], T]]:
    """Guard a view, sync or async: 401 for who is not signed in, `PermissionDenied` for who lacks what is asked for.

    For a class: `@method_decorator(require_auth(), name="dispatch")`.

    Args:
        role: A role in the active organization, such as `admin`.
        permission: A permission there, such as `reports:read`.
        feature: A feature of the organization or user.
        plan: A plan of the organization or user.
        token_type: Kinds of token, of those that the middleware accepts.

    Raises:
        InvalidArgument: one makes no sense.
    """
    required = Required(role=role, permission=permission, feature=feature, plan=plan, token_type=token_type)

    def guarded(view: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
        @functools.wraps(view)
        def guard(request: R, /, *args: P.args, **kwargs: P.kwargs) -> T:
            judged = required.judge(state_of(request))
            if isinstance(judged, Denial):
                raise PermissionDenied(judged.detail) if judged.status == 403 else NotAuthenticatedError(judged)
            return view(request, *args, **kwargs)

        # What needs no waiting is done before the view's coroutine is made.
        return markcoroutinefunction(guard) if _is_async(view) else guard

    return guarded
