"""Applications that tests serve by name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

IMPORTED_WITH = os.environ.get("CLERK_SECRET_KEY")
"""The secret key that the environment had when this module was imported."""


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """Respond with the secret key; reject other protocols, as an application without a lifespan does."""
    assert scope["type"] == "http"
    body = f"asgi {IMPORTED_WITH} {scope['path']}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Respond with the path."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"wsgi {environ['PATH_INFO']} {environ['SERVER_PORT']}".encode()]


def create_asgi() -> Any:
    """Return the ASGI application."""
    return asgi


class Site:
    """An application with methods."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Respond as `asgi` does."""
        await asgi(scope, receive, send)


async def failing(scope: Any, receive: Any, send: Any) -> None:
    """Fail at startup."""
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})


number = 7
