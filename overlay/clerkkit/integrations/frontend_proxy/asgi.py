"""The proxy for ASGI applications: FastAPI, Starlette and all others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import httpx

from clerkkit.auth.requests.adapters.request_adapter import adapt_request
from clerkkit.integrations.frontend_proxy.rules import read_rules
from clerkkit.integrations.frontend_proxy.streams import AsyncProxiedResponse, create_async_client, send_async
from clerkkit.integrations.shared.asgi_protocol import run_before_shutdown

if TYPE_CHECKING:
    from clerkkit.integrations.shared.asgi_protocol import App, Receive, Scope, Send


class FrontendApiProxy:
    """Forwards requests below `/__clerk` to Clerk's Frontend API. All other requests go to the application.

    Browsers then need no domain of Clerk's: tell clerk-js the path as its `proxyUrl`. Bodies are streamed in both
    directions, and redirects are not followed. A request that Clerk does not answer gets 502 (`proxy_request_failed`).

    Args:
        app: The application. `ClerkMiddleware` does not authenticate requests below its `AuthOptions.proxy_url`; with
            another one, add the proxy outside of it.
        secret_key: The secret key of the instance. Default: `CLERK_SECRET_KEY`.
        publishable_key: Its publishable key. Default: `CLERK_PUBLISHABLE_KEY`.
        proxy_url: The URL or path of the proxy. Default: `CLERK_PROXY_URL`, or `/__clerk`.
        target: The Frontend API. Default: `CLERK_FAPI_URL`, or Clerk's host for proxies.
        trust_forwarded_host: Whether the header `X-Forwarded-Host` names the host that the browser asked for. It counts
            only if `proxy_url` is a path.

    Raises:
        InvalidArgument: a key is missing, or an argument is invalid.
    """

    def __init__(
        self,
        app: App,
        *,
        secret_key: str | None = None,
        publishable_key: str | None = None,
        proxy_url: str | None = None,
        target: str | None = None,
        trust_forwarded_host: bool = True,
    ) -> None:
        self._app = app
        self._rules = read_rules(
            secret_key=secret_key,
            publishable_key=publishable_key,
            proxy_url=proxy_url,
            target=target,
            trust_forwarded_host=trust_forwarded_host,
        )
        self._http: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one websocket, or the lifespan of the application."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, run_before_shutdown(send, self._close_client))
            return
        root = scope.get("root_path", "")
        if scope["type"] != "http" or not self._rules.matches(scope["path"].removeprefix(root)):
            await self._app(scope, receive, send)
            return
        if self._http is None:
            self._http = create_async_client()
        client = scope.get("client")
        forwarding = self._rules.forward(adapt_request(scope), root=root, client_address=client[0] if client else "")
        response = await send_async(self._http, self._rules, forwarding, _read_body(receive))
        try:
            await _stream(response, send)
        finally:
            await response.aclose()

    async def _close_client(self) -> None:
        if self._http is not None:
            http, self._http = self._http, None
            await http.aclose()


async def _read_body(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise httpx.ReadError("the browser closed the connection")
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _stream(response: AsyncProxiedResponse, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    async for chunk in response:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
