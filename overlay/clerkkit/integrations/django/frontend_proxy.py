"""`FrontendApiProxyMiddleware`: the proxy of Clerk's Frontend API, for WSGI and ASGI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from clerkkit.auth.requests.adapters.request_adapter import adapt_request
from clerkkit.integrations.django.cookies import add_cookie
from clerkkit.integrations.django.guards import is_async
from clerkkit.integrations.django.settings import read_proxy_rules
from clerkkit.integrations.frontend_proxy.rules import Failure, Forwarding
from clerkkit.integrations.frontend_proxy.streams import create_async_client, create_client, send, send_async
from clerkkit.integrations.frontend_proxy.wsgi import read_content_headers

_CHUNK = 64 * 1024


class FrontendApiProxyMiddleware:
    """Forwards requests below `/__clerk` to Clerk's Frontend API. All other requests go on to the next middleware.

    Make it the first of `MIDDLEWARE`, since its requests need neither a session nor a CSRF token. Settings:
    `CLERK_PROXY_URL` is its URL or path, and `CLERK_FAPI_URL` the Frontend API. Behaviour is that of
    `clerkkit.integrations.frontend_proxy.asgi.FrontendApiProxy`.

    Raises:
        ImproperlyConfigured: a setting is missing or invalid.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._rules = read_proxy_rules()
        self._is_async = is_async(get_response)
        if self._is_async:
            self._async_http = create_async_client()
            markcoroutinefunction(self)
        else:
            self._http = create_client()

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response of the Frontend API, or of the next middleware."""
        if not self._rules.matches(request.path_info):
            response: HttpResponseBase | Awaitable[HttpResponseBase] = self._get_response(request)
            return response
        return self._forward_async(request) if self._is_async else self._forward(request)

    def _forward(self, request: HttpRequest) -> HttpResponseBase:
        response = send(self._http, self._rules, self._read(request), _read_body(request))
        streaming = StreamingHttpResponse(response, status=response.status)
        return _set_headers(streaming, response.headers)

    async def _forward_async(self, request: HttpRequest) -> HttpResponseBase:
        response = await send_async(self._async_http, self._rules, self._read(request), _read_body_async(request))

        async def chunks() -> AsyncIterator[bytes]:
            try:
                async for chunk in response:
                    yield chunk
            finally:
                await response.aclose()

        return _set_headers(StreamingHttpResponse(chunks(), status=response.status), response.headers)

    def _read(self, request: HttpRequest) -> Forwarding | Failure:
        return self._rules.forward(
            adapt_request(request),
            root=request.path.removesuffix(request.path_info),
            client_address=request.META.get("REMOTE_ADDR", ""),
            more_headers=read_content_headers(request.META),
        )


def _set_headers(response: StreamingHttpResponse, headers: list[tuple[str, str]]) -> HttpResponseBase:
    del response["Content-Type"]  # Django's default
    for name, value in headers:
        if name == "set-cookie":
            add_cookie(response, value)
        else:
            response[name] = value
    return response


def _read_body(request: HttpRequest) -> Iterator[bytes]:
    while chunk := request.read(_CHUNK):
        yield chunk


async def _read_body_async(request: HttpRequest) -> AsyncIterator[bytes]:
    # Django has received the whole body before it calls async middleware.
    for chunk in _read_body(request):
        yield chunk
