"""A Starlette endpoint for the metadata of the authorization server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from clerkkit.integrations.mcp.authorization_server import MetadataForwarder
from clerkkit.integrations.mcp.resource_server import ResourceServer


def forward_metadata(server: ResourceServer) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that forwards Clerk's metadata (RFC 8414), which old clients ask the resource server for."""
    forwarder = MetadataForwarder(server)

    async def endpoint(_: Request) -> Response:
        document = await forwarder.get()
        headers = {"Access-Control-Allow-Origin": "*"}
        return Response(document.body, document.status, headers, media_type="application/json")

    return endpoint
