"""`ClerkMiddleware`, for WSGI and ASGI."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from clerkkit.auth import RequestState
from clerkkit.integrations.django.cookies import add_cookie
from clerkkit.integrations.django.guards import NotAuthenticatedError, is_async
from clerkkit.integrations.django.requests import find_denial, is_used, store_state
from clerkkit.integrations.django.settings import async_client, client, read_checked_options, skipped_paths
from clerkkit.integrations.shared.requirements import Denial
from clerkkit.integrations.shared.response_headers import NO_STORE, VARY, is_personal
from clerkkit.integrations.shared.skipped_paths import add_proxy_path, is_skipped


class ClerkMiddleware:
    """Authenticates requests. The state is `request.clerk`.

    Browsers that need a handshake with Clerk are redirected (307), and the state's cookies and headers are added to the
    response. Responses of views that use the state have `Vary: Cookie, Authorization`, and `cache_page` does not store
    them. Responses that set Clerk's cookies have `Cache-Control: private, no-store`.

    Paths of the setting `CLERK_SKIP`, and all paths below them, are not authenticated and have no state.

    Put it above middleware that uses the caller. It runs natively, without a thread or an event loop of its own, over
    both WSGI and ASGI.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._is_async = is_async(get_response)
        auth = async_client().auth if self._is_async else client().auth
        options = read_checked_options()
        self._authenticate: Callable[[HttpRequest], Any] = functools.partial(auth.authenticate_request, options=options)
        self._skip = add_proxy_path(skipped_paths(), options)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the view's response, or a redirect."""
        if self._is_async:
            return self._respond(request)
        if is_skipped(request.path_info, self._skip):
            response: HttpResponseBase = self._get_response(request)
            return response
        state = self._authenticate(request)
        redirect = _redirect(request, state)
        return redirect or _add_headers(request, state, self._get_response(store_state(request, state)))

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        if is_skipped(request.path_info, self._skip):
            response: HttpResponseBase = await self._get_response(request)
            return response
        state = await self._authenticate(request)
        redirect = _redirect(request, state)
        return redirect or _add_headers(request, state, await self._get_response(store_state(request, state)))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:  # noqa: ARG002
        """Return the 307, 401 or 503 of `require_auth`, or its 403 that asks the user to verify again."""
        if not isinstance(exception, NotAuthenticatedError):
            return None
        denial = exception.denial
        return HttpResponse(denial.body, status=denial.status, content_type=denial.media_type, headers=denial.headers)


def _redirect(request: HttpRequest, state: RequestState) -> HttpResponseBase | None:
    return None if state.location is None else _add_headers(request, state, HttpResponse(status=307))


def _add_headers(request: HttpRequest, state: RequestState, response: HttpResponseBase) -> HttpResponseBase:
    """Add the state's headers, `Vary` and `Cache-Control` to a response, and complete that of a denial."""
    denial = find_denial(request)
    if denial is not None and denial.status == response.status_code:
        _complete(response, denial)
    personal = is_personal(state)
    # A streaming view may use the state later. Responses that do not depend on the caller stay cacheable.
    if not (personal or is_used(request) or response.streaming):
        return response
    patch_vary_headers(response, VARY)
    if personal:
        response["Cache-Control"] = NO_STORE
    for header, value in state.headers:
        if header == "set-cookie":
            add_cookie(response, value)
        elif not response.has_header(header):
            response[header] = value
    return response


def _complete(response: HttpResponseBase, denial: Denial) -> None:
    """Add a denial's headers, and the body with which clerk-js asks the user to verify again."""
    for name, value in denial.headers.items():
        response.setdefault(name, value)
    if denial.reverification is not None and isinstance(response, HttpResponse):
        response.content = denial.body
        response["Content-Type"] = denial.media_type
