"""`ClerkMiddleware`, for WSGI and ASGI."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from http.cookies import Morsel
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from clerkkit.auth import RequestState
from clerkkit.integrations.common import is_skipped
from clerkkit.integrations.django.clients import async_client, client, options, skipped
from clerkkit.integrations.django.guards import NotAuthenticatedError, is_async
from clerkkit.integrations.django.requests import is_used, observe
from clerkkit.integrations.headers import UNCACHED, VARY, is_personal


class ClerkMiddleware:
    """Authenticates each request, and does what the handshake asks for; the state is `request.clerk`.

    Responses of views that use the state say `Vary: Cookie, Authorization`, and `cache_page` does not keep them; those
    that set Clerk's cookies are `Cache-Control: private, no-store`.

    Paths of the setting `CLERK_SKIP`, and all below them, are left alone: they have no state.

    Put it above what asks who is calling. Over ASGI it never blocks the loop; over WSGI it takes no detour through one.

    Raises:
        ImproperlyConfigured: a setting is missing, or makes no sense.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = is_async(get_response)
        auth = async_client().auth if self._is_async else client().auth
        self._authenticate: Callable[[HttpRequest], Any] = functools.partial(
            auth.authenticate_request, options=options()
        )
        self._skip = skipped()
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response: of the view, or the redirect of a handshake."""
        if self._is_async:
            return self._answer(request)
        if is_skipped(request.path_info, self._skip):
            response: HttpResponseBase = self._get_response(request)
            return response
        state = self._authenticate(request)
        redirect = _redirect(request, state)
        return redirect or _finish(request, state, self._get_response(observe(request, state)))

    async def _answer(self, request: HttpRequest) -> HttpResponseBase:
        if is_skipped(request.path_info, self._skip):
            response: HttpResponseBase = await self._get_response(request)
            return response
        state = await self._authenticate(request)
        redirect = _redirect(request, state)
        return redirect or _finish(request, state, await self._get_response(observe(request, state)))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002
        """The 401 and 503 of `require_auth`."""
        if not isinstance(exception, NotAuthenticatedError):
            return None
        said = exception.denial
        return HttpResponse(
            said.detail, status=said.status, content_type="text/plain; charset=utf-8", headers=said.headers
        )


def _redirect(request: HttpRequest, state: RequestState) -> HttpResponseBase | None:
    return None if state.location is None else _finish(request, state, HttpResponse(status=307))


def _finish(request: HttpRequest, state: RequestState, response: HttpResponseBase) -> HttpResponseBase:
    """Add the state's headers to a response, and tell caches whom it is for."""
    personal = is_personal(state)
    # What streams may look at the state later. A response that is the same for everybody stays as it is, for caches.
    if not (personal or is_used(request) or response.streaming):
        return response
    patch_vary_headers(response, VARY)
    if personal:
        response["Cache-Control"] = UNCACHED
    for header, value in state.headers:
        if header == "set-cookie":
            # Under a key of its own: cookies of one name and several domains are several. What Django writes is the
            # name, "=", and the text that goes with it; that holds the attributes, as Clerk has written them.
            name, _, rest = value.partition("=")
            cookie: Morsel[str] = Morsel()
            cookie.set(name, rest, rest)
            response.cookies[value] = cookie
        elif not response.has_header(header):
            response[header] = value
    return response
