"""The emulator as an ASGI application.

It needs no web framework: the contract has the routes, and `request.pipeline` handles the requests.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import unquote

from clerk_emulator.call import Response
from clerk_emulator.domain.images import DEFAULT_IMAGE
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.frontend_api.transport import routing
from clerk_emulator.http import proxies, scripts
from clerk_emulator.http.proxies import Message
from clerk_emulator.json_types import encode_body
from clerk_emulator.request import pipeline
from clerk_emulator.request.incoming import ClientDisconnectedError, Headers, IncomingRequest
from clerk_emulator.request.state import State

Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CONNECTIONS: dict[tuple[str, int], asyncio.Transport] = {}
"""Open connections by client address, if the server records them. Needed to close one without a response."""

_JSON = (b"content-type", b"application/json")
_IMAGES = "/images/"
_HOSTED = (
    "/assets/",
    "/create-organization",
    "/oauth-consent",
    "/organization",
    "/provider",
    "/sign-",
    "/tasks",
    "/user",
    "/waitlist",
)
"""What the paths of hosted pages begin with, and those of other things too."""
_API = f"{pipeline.PREFIX}/"


def create_app(state: State, packages: Path | None = None) -> Application:
    """Return an application that serves the Backend API (also without `/v1`), the control API, images and keys.

    `packages` is the folder that has Clerk's browser scripts, if there is a copy.
    """
    return Application(state, packages)


class Application:
    """An ASGI application that serves one state. Webhooks are sent while its lifespan runs."""

    def __init__(self, state: State, packages: Path | None = None) -> None:
        self._state = state
        self._packages = packages

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one connection, as ASGI defines it."""
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
            return
        assert scope["type"] == "http", f"the emulator does not serve {scope['type']}"
        headers = Headers(scope["headers"])
        shown = await proxies.resolve_forwarded(scope) if proxies.is_forwarded(headers) else scope
        try:
            response = await self._respond(_incoming(shown, headers, receive))
        except ClientDisconnectedError:
            return
        if response is None:
            await _close_connection(scope, receive)
            return
        content = response.content
        raw_headers: list[tuple[bytes, bytes]] = []
        if content is None and response.body is not None:
            content = encode_body(response.body)
            raw_headers.append(_JSON)
        if content is not None or response.status != 204:
            raw_headers.append((b"content-length", b"%d" % len(content or b"")))
        for name, value in response.headers.items():
            raw_headers.append((name.lower().encode("latin-1"), value.encode("latin-1")))
        for cookie in response.cookies:
            raw_headers.append((b"set-cookie", cookie.encode("latin-1")))
        await send({"type": "http.response.start", "status": response.status or 200, "headers": raw_headers})
        await send({"type": "http.response.body", "body": content or b""})

    async def _respond(self, request: IncomingRequest) -> Response | None:
        """Return the response to a request; None to close the connection without one."""
        if request.path.startswith("/_emulator/"):
            # Imported on first use, because an emulator starts faster without it.
            from clerk_emulator.http.dispatch import control_api

            return await control_api.respond(self._state, request)
        if request.path == "/" or request.path.startswith("/dashboard"):
            # Likewise.
            from clerk_emulator.http import pages

            page = await pages.respond_dashboard(self._state, request)
            if page is not None:
                return page
        # What is above is not served through an application.
        try:
            request = proxies.resolve(request, self._state.keys.secret_key)
        except ClerkAPIError as error:
            return Response(error.body(self._state.ids.hex()), error.status)
        if not request.path.startswith(_API):
            other = await self._respond_beside_the_apis(request)
            if other is not None:
                return other
        if routing.is_for_frontend_api(request):
            # Likewise.
            from clerk_emulator.frontend_api.transport import pipeline as frontend_pipeline

            return await frontend_pipeline.respond(self._state, request)
        return await pipeline.respond(self._state, request)

    async def _respond_beside_the_apis(self, request: IncomingRequest) -> Response | None:
        """Return a hosted page, the keys, an image or a script; None for another path."""
        if request.path.startswith(_HOSTED):
            # Imported on first use, because an emulator starts faster without it.
            from clerk_emulator.http import pages

            page = await pages.respond_hosted(self._state, request)
            if page is not None:
                return page
        if request.method in ("GET", "HEAD"):
            if request.path == "/.well-known/jwks.json":
                return Response({"keys": [self._state.keys.public_jwk]}, headers={"Access-Control-Allow-Origin": "*"})
            image_id = unquote(request.path.removeprefix(_IMAGES)) if request.path.startswith(_IMAGES) else ""
            if image_id and "/" not in image_id:
                return self._image(image_id)
            if request.path.startswith(scripts.PREFIX):
                return scripts.respond(self._packages, request.path)
        return None

    def _image(self, image_id: str) -> Response:
        with self._state.store.transaction():
            media_type, content = self._state.store.image(image_id) or DEFAULT_IMAGE
        headers = {
            "Content-Type": media_type,
            # Clerk's components load images with `crossorigin`.
            "Access-Control-Allow-Origin": "*",
            # Keeps browsers from running an upload as a script.
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content=content, headers=headers)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        """Send webhooks until the server shuts down."""
        await receive()
        sending = asyncio.create_task(self._send_webhooks())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending
        await send({"type": "lifespan.shutdown.complete"})

    async def _send_webhooks(self) -> None:
        try:
            await self._state.webhooks.sender.run()
        except Exception as error:  # requests are answered nevertheless
            self._state.record_crash("sending webhooks", error)


def _incoming(scope: Message, headers: Headers, receive: Receive) -> IncomingRequest:
    host = headers.get("host") or ":".join(map(str, scope.get("server") or ("127.0.0.1",)))
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    return IncomingRequest(
        method=scope["method"],
        path=raw_path.partition(b"?")[0].decode("latin-1"),
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        origin=f"{scope['scheme']}://{host}{scope.get('root_path', '')}",
        client_ip=scope["client"][0] if scope.get("client") else "",
        receive=receive,
    )


async def _close_connection(scope: Message, receive: Receive) -> None:
    """Close the connection without a response."""
    transport = CONNECTIONS.get(tuple(scope["client"]))
    assert transport is not None, "the server does not record its connections"
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
