"""Receives webhooks for a copy: an ASGI and a WSGI application, which fit into every framework, and a Django view.

A response of 2xx means that the change is committed. If a handler or the database fails, the exception reaches the
framework, whose response of 500 lets Clerk send the message again.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from clerk_core import InvalidArgument
from clerkkit.sync.clients import AsyncSync, Sync
from clerkkit.sync.flows.receive import LARGEST_BODY, Reply

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from django.http import HttpRequest, HttpResponse

__all__ = ["AsgiReceiver", "WsgiReceiver", "django_view", "flask_view"]

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

log = logging.getLogger("clerkkit")

_WRONG_METHOD = Reply(405, {"allow": "POST"}, problem="webhooks are sent with POST")
_TOO_LARGE = Reply(413, problem=f"the body has more than {LARGEST_BODY} bytes")
_REASONS = {204: "No Content", 400: "Bad Request", 405: "Method Not Allowed", 413: "Content Too Large"}
_PLAIN_TEXT = ("content-type", "text/plain; charset=utf-8")


class AsgiReceiver:
    """An ASGI application that receives webhooks. In FastAPI and Starlette: `Route(path, AsgiReceiver(sync))`.

    A `Sync` is called in a thread, so that it does not block the event loop.
    """

    def __init__(self, sync: AsyncSync | Sync) -> None:
        self._sync = sync

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Receive one webhook."""
        if scope["type"] == "lifespan":
            await _confirm_lifespan(receive, send)
            return
        if scope["type"] != "http":
            raise TypeError(f"webhooks are HTTP requests, not {scope['type']}")
        reply = _WRONG_METHOD
        if scope["method"] == "POST":
            body = await _read_body(receive)
            reply = _TOO_LARGE if body is None else await self._receive(body, scope["headers"])
        headers, content = _render(reply)
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
        await send({"type": "http.response.body", "body": content})

    async def _receive(self, body: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Reply:
        if isinstance(self._sync, AsyncSync):
            return await self._sync.receive(body, headers)
        from anyio import to_thread

        return await to_thread.run_sync(partial(self._sync.receive, body, headers))


async def _read_body(receive: Receive) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the sender closed the connection before the end of the body")
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _confirm_lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


class WsgiReceiver:
    """A WSGI application that receives webhooks."""

    def __init__(self, sync: Sync) -> None:
        _require_sync(sync, "WsgiReceiver")
        self._sync = sync

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Receive one webhook."""
        reply = _WRONG_METHOD
        if environ["REQUEST_METHOD"] == "POST":
            length = environ.get("CONTENT_LENGTH") or str(LARGEST_BODY + 1)
            size = min(int(length), LARGEST_BODY + 1) if length.isdecimal() else 0
            reply = self._sync.receive(environ["wsgi.input"].read(size), environ)
        headers, content = _render(reply)
        start_response(f"{reply.status} {_REASONS[reply.status]}", headers)
        return [content]


def flask_view(sync: Sync) -> Callable[[], WsgiReceiver]:
    """Return a view for `app.add_url_rule(path, view_func=flask_view(sync), methods=["POST"])`."""
    receiver = WsgiReceiver(sync)

    def clerk_webhook() -> WsgiReceiver:
        return receiver  # Flask lets a WSGI application answer the request

    return clerk_webhook


def django_view(sync: Sync) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view for `path("webhooks/clerk", django_view(sync))`. Needs no CSRF token."""
    _require_sync(sync, "django_view")
    from django.http import HttpResponse
    from django.views.decorators.csrf import csrf_exempt

    @csrf_exempt
    def clerk_webhook(request: HttpRequest) -> HttpResponse:
        reply = sync.receive(request.body, request.META) if request.method == "POST" else _WRONG_METHOD
        headers, content = _render(reply)
        return HttpResponse(content, status=reply.status, headers=dict(headers))

    return clerk_webhook


def _require_sync(sync: object, receiver: str) -> None:
    if isinstance(sync, AsyncSync):
        raise InvalidArgument("sync", f"{receiver} needs a Sync, got an AsyncSync, which only ASGI can await")


def _render(reply: Reply) -> tuple[list[tuple[str, str]], bytes]:
    """Return the headers and the body of a response."""
    if reply.problem is None:
        return [*reply.headers.items()], b""
    log.warning("a webhook was rejected: %s", reply.problem)
    content = reply.problem.encode()
    return [*reply.headers.items(), _PLAIN_TEXT, ("content-length", str(len(content)))], content
