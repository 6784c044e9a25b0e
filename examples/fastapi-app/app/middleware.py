"""Rejects requests that other sites make, and adds headers that limit what a page can do."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    # Not `form-action`: browsers apply it to redirects too, and after a form a visit can lead to Clerk and back.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class SameOriginMiddleware:
    """Rejects requests that change something, carry cookies, and do not come from a page of the application."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            headers = Headers(scope=scope)
            if "cookie" in headers and not self._is_same_origin(headers):
                response = PlainTextResponse("The request does not come from a page of this site.", 403)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_same_origin(self, headers: Headers) -> bool:
        # Browsers send Sec-Fetch-Site to https and localhost only, and Origin with each POST.
        site = headers.get("sec-fetch-site")
        return site == "same-origin" if site else headers.get("origin") == self._origin


class SecurityHeadersMiddleware:
    """Adds headers to the responses, unless a route has set them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
