"""FastMCP: `FastMCP(auth=ClerkAuth(...))`.

Needs the extra `fastmcp`: `pip install "clerkkit[fastmcp]"`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

try:
    from fastmcp.server.auth import AccessToken, RemoteAuthProvider, TokenVerifier
    from pydantic import AnyHttpUrl, ConfigDict, TypeAdapter
    from starlette.routing import Route
except ImportError as missing:
    raise ImportError('clerkkit.integrations.mcp.fastmcp needs FastMCP: pip install "clerkkit[fastmcp]"') from missing

from clerkkit.integrations.mcp.resource_server import AUTHORIZATION_SERVER, ResourceServer, describe_access
from clerkkit.integrations.mcp.routes import forward_metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ClerkAuth", "ResourceServer"]


_URL = TypeAdapter(AnyHttpUrl, config=ConfigDict(url_preserve_empty_path=True))
"""Reads a URL without adding a slash: clients compare the issuer as text (RFC 8414, section 3.3)."""


class _Verifier(TokenVerifier):
    def __init__(self, server: ResourceServer) -> None:
        super().__init__(required_scopes=list(server.required_scopes))
        self._server = server

    async def verify_token(self, token: str) -> AccessToken | None:
        verified = await self._server.verify(token)
        if verified is None:
            return None
        return AccessToken(**describe_access(token, verified))


class ClerkAuth(RemoteAuthProvider):
    """Accepts Clerk's access tokens, and sends clients to Clerk to get them.

    Clients register, sign people in and get tokens at Clerk itself; dynamic registration must be on in the instance for
    clients that register themselves. JWTs are verified without a call to Clerk. A tool reads the token with FastMCP's
    `get_access_token()`: its `claims` have everything that is signed, with `sub` and `org_id`.

    Args:
        server: Which tokens are accepted.
        base_url: The public URL of this server, without the path of MCP.
        scopes_supported: Scopes that clients should ask for. Default: the required ones.
        resource_name: The name that clients show.
    """

    def __init__(
        self,
        server: ResourceServer,
        *,
        base_url: str,
        scopes_supported: Sequence[str] | None = None,
        resource_name: str | None = None,
    ) -> None:
        super().__init__(
            token_verifier=_Verifier(server),
            authorization_servers=[_URL.validate_python(server.authorization_server)],
            base_url=base_url,
            scopes_supported=None if scopes_supported is None else list(scopes_supported),
            resource_name=resource_name,
        )
        self._metadata = forward_metadata(server)

    def get_routes(self, mcp_path: str | None = None) -> list[Route]:
        """Return the routes of the metadata: that of the resource, and that of Clerk for old clients."""
        return [*super().get_routes(mcp_path), Route(AUTHORIZATION_SERVER, self._metadata)]
