"""The server of the `mcp` package: `MCPServer(token_verifier=..., auth=...)`.

Needs the extra `mcp`: `pip install "clerkkit[mcp]"`.
"""

from __future__ import annotations

try:
    from mcp.server.auth.provider import AccessToken
    from mcp.server.auth.settings import AuthSettings
except ImportError as missing:
    raise ImportError('clerkkit.integrations.mcp.sdk needs the MCP SDK: pip install "clerkkit[mcp]"') from missing

from clerkkit.integrations.mcp.resource_server import AUTHORIZATION_SERVER, ResourceServer, describe_access
from clerkkit.integrations.mcp.routes import forward_metadata

__all__ = ["AUTHORIZATION_SERVER", "ClerkTokenVerifier", "ResourceServer", "build_auth_settings", "forward_metadata"]


class ClerkTokenVerifier:
    """Verifies Clerk's tokens for `MCPServer(token_verifier=...)`."""

    def __init__(self, server: ResourceServer) -> None:
        """Accept the tokens of a resource server."""
        self._server = server

    async def verify_token(self, token: str) -> AccessToken | None:
        """Return the token with all of its claims; None if it is not accepted."""
        verified = await self._server.verify(token)
        if verified is None:
            return None
        return AccessToken(**describe_access(token, verified))


def build_auth_settings(server: ResourceServer, resource: str) -> AuthSettings:
    """Return the value for `MCPServer(auth=...)`.

    Args:
        server: Which tokens are accepted.
        resource: The public URL of the MCP endpoint, such as `https://example.com/mcp`.
    """
    # Validated from texts, to which the model adds no slash: clients compare the issuer as text (RFC 8414).
    return AuthSettings.model_validate(
        {
            "issuer_url": server.authorization_server,
            "required_scopes": list(server.required_scopes),
            "resource_server_url": resource,
            "validate_token_resource": False,  # the verifier checks the audience
        }
    )
