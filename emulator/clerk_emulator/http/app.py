"""The emulator as an ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, request_response
from starlette.types import Receive, Scope, Send

from clerk_emulator.domain.images import DEFAULT_IMAGE
from clerk_emulator.request import pipeline
from clerk_emulator.request.incoming import IncomingRequest
from clerk_emulator.request.state import State

CONNECTIONS: dict[tuple[str, int], asyncio.BaseTransport] = {}
"""Open connections by client address, if the server records them. Needed to close one without a response."""


def create_app(state: State) -> Starlette:
    """Return an application that serves the Backend API (also without `/v1`), the control API, images and keys."""
    endpoints = _Endpoints(state)
    application = Starlette(
        routes=[
            Route("/.well-known/jwks.json", endpoints.public_keys),
            Route("/images/{image_id}", endpoints.image),
        ],
        lifespan=endpoints.lifespan,
    )
    # Not a route: Starlette would handle some requests itself, such as other methods and paths with a line break.
    application.router.default = request_response(endpoints.api)
    return application


class _Endpoints:
    def __init__(self, state: State) -> None:
        self._state = state

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncGenerator[None]:
        """Send webhooks while the application runs."""
        sending = asyncio.create_task(self._send_webhooks())
        yield
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sending

    async def _send_webhooks(self) -> None:
        try:
            await self._state.webhooks.sender.run()
        except Exception as error:  # requests are answered nevertheless
            self._state.record_crash("sending webhooks", error)

    async def public_keys(self, _request: Request) -> Response:
        return _json(200, {"keys": [self._state.keys.public_jwk]})

    async def image(self, request: Request) -> Response:
        with self._state.store.transaction():
            image = self._state.store.image(request.path_params["image_id"])
        media_type, content = image or DEFAULT_IMAGE
        # Keeps browsers from running an upload as a script.
        return Response(content, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})

    async def api(self, request: Request) -> Response:
        incoming = _incoming(request)
        try:
            if incoming.path.startswith("/_emulator/"):
                # Imported on first use, because an emulator starts faster without it.
                from clerk_emulator.control import dispatch

                response = await dispatch.respond(self._state, incoming)
            else:
                response = await pipeline.respond(self._state, incoming)
        except ClientDisconnect:
            return Response()
        if response is None:
            return _ClosedConnection()
        if response.content is not None or response.body is None:
            return Response(response.content, response.status, response.headers)
        return _json(response.status, response.body, response.headers)


def _incoming(request: Request) -> IncomingRequest:
    raw_path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return IncomingRequest(
        method=request.method,
        path=raw_path.partition(b"?")[0].decode("latin-1"),
        query_string=request.scope["query_string"].decode("latin-1"),
        headers=request.headers,
        origin=str(request.base_url).rstrip("/"),
        client_ip=request.client.host if request.client else "",
        stream=request.stream(),
    )


class _ClosedConnection(Response):
    """Closes the connection without a response."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - nothing is sent
        transport = CONNECTIONS.get(tuple(scope["client"]))
        assert isinstance(transport, asyncio.Transport), "the server does not record its connections"
        transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), check_circular=False)
    return Response(text.encode(), status, headers, media_type="application/json")
