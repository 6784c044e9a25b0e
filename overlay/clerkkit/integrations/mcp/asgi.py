"""Protects any ASGI application as an OAuth resource server, such as an MCP server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clerkkit.auth import MachineToken
from clerkkit.auth.requests.cookies import read_bearer_token
from clerkkit.integrations.mcp.authorization_server import MetadataForwarder
from clerkkit.integrations.mcp.resource_server import (
    AUTHORIZATION_SERVER,
    ResourceServer,
    build_metadata_url,
    check_url,
)

if TYPE_CHECKING:
    from clerkkit.integrations.shared.asgi_protocol import App, Receive, Scope, Send

__all__ = ["ProtectedResource", "ResourceServer", "get_token"]

_TOKEN = "clerkkit.token"  # noqa: S105  # a key of the scope
_CORS = [(b"access-control-allow-origin", b"*")]


class ProtectedResource:
    """Lets only requests with an accepted token through to the resource, and describes it to clients.

    Requests below the resource's path need a token: 401 with `resource_metadata` in `WWW-Authenticate` without one, 403
    (`insufficient_scope`) if it lacks a required scope. All other paths go to the application, except for
    `/.well-known/oauth-protected-resource` with the resource's path (RFC 9728) and
    `/.well-known/oauth-authorization-server`, which forwards Clerk's metadata for old clients (RFC 8414).

    Args:
        app: The application.
        server: Which tokens are accepted.
        resource: The public URL of the resource, such as `https://example.com/mcp`.

    Raises:
        InvalidArgument: `resource` is not a URL.
    """

    def __init__(self, app: App, *, server: ResourceServer, resource: str) -> None:
        url = check_url("resource", resource)
        self._app = app
        self._server = server
        self._resource = resource
        self._path = url.path.rstrip("/")
        self._metadata_url = build_metadata_url(resource)
        self._metadata_path = urlsplit(self._metadata_url).path
        self._forwarder = MetadataForwarder(server)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, one websocket, or the lifespan of the application."""
        path: str = scope.get("path", "")
        if scope["type"] == "http" and path == self._metadata_path:
            await _send_json(send, 200, self._server.describe(self._resource))
        elif scope["type"] == "http" and path == AUTHORIZATION_SERVER:
            document = await self._forwarder.get()
            await _send_body(send, document.status, document.body)
        elif scope["type"] != "http" or not (path == self._path or path.startswith(f"{self._path}/")):
            await self._app(scope, receive, send)
        else:
            token = await self._authorize(scope, send)
            if token is not None:
                scope[_TOKEN] = token
                await self._app(scope, receive, send)

    async def _authorize(self, scope: Scope, send: Send) -> MachineToken | None:
        """Return the token, or send an error and return None."""
        headers = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
        text = read_bearer_token(headers[0].decode("latin-1")) if len(headers) == 1 else None
        token = None if text is None else await self._server.verify(text)
        if token is None:
            # Without a token, there must be no error code (RFC 6750, section 3.1).
            await self._deny(send, 401, "" if text is None else "invalid_token", "A valid access token is needed.")
            return None
        missing = self._server.find_missing_scope(token)
        if missing is not None:
            await self._deny(send, 403, "insufficient_scope", f"The scope {missing} is needed.")
            return None
        return token

    async def _deny(self, send: Send, status: int, error: str, description: str) -> None:
        parts = [f'resource_metadata="{self._metadata_url}"']
        if error:
            parts += [f'error="{error}"', f'error_description="{description}"']
        if self._server.required_scopes:
            parts.append(f'scope="{" ".join(self._server.required_scopes)}"')
        body = {"error": error or "unauthorized", "error_description": description}
        await _send_json(send, status, body, (b"www-authenticate", f"Bearer {', '.join(parts)}".encode("latin-1")))


def get_token(scope: Scope) -> MachineToken:
    """Return the verified token of a request to the resource.

    Raises:
        RuntimeError: the request is not one to the resource.
    """
    token = scope.get(_TOKEN)
    if not isinstance(token, MachineToken):
        raise RuntimeError("there is no token: this path does not belong to the resource")  # noqa: TRY004
    return token


async def _send_json(send: Send, status: int, body: dict[str, Any], *headers: tuple[bytes, bytes]) -> None:
    await _send_body(send, status, json.dumps(body).encode(), *headers)


async def _send_body(send: Send, status: int, body: bytes, *headers: tuple[bytes, bytes]) -> None:
    length = (b"content-length", str(len(body)).encode())
    all_headers = [(b"content-type", b"application/json"), length, *_CORS, *headers]
    await send({"type": "http.response.start", "status": status, "headers": all_headers})
    await send({"type": "http.response.body", "body": body})
