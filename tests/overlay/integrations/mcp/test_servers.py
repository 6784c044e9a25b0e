"""FastMCP and the server of the `mcp` package, with real clients, which register at the emulator and get tokens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread
import httpx2
import pytest
from fastmcp import Client, FastMCP
from fastmcp.client.auth import OAuth
from fastmcp.server.dependencies import get_access_token
from mcp.client.auth import OAuthClientProvider
from mcp.client.session import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.server.auth.middleware.auth_context import get_access_token as get_sdk_token
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk
from clerkkit.integrations.mcp.fastmcp import ClerkAuth
from clerkkit.integrations.mcp.resource_server import ResourceServer
from clerkkit.integrations.mcp.sdk import (
    AUTHORIZATION_SERVER,
    ClerkTokenVerifier,
    build_auth_settings,
    forward_metadata,
)
from clerkkit.models import User
from tests.overlay.integrations.asgi_site import served_here
from tests.overlay.integrations.mcp.access_tokens import access_token
from tests.overlay.integrations.mcp.conftest import Person

CALLBACK = "http://127.0.0.1:1/callback"
INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}

Make = Callable[[ResourceServer, str], Any]
Call = Callable[[str, Person, str], Any]


def fastmcp_app(server: ResourceServer, url: str) -> Any:
    app = FastMCP("Reports", auth=ClerkAuth(server, base_url=url))

    @app.tool
    def whoami() -> str:
        token = get_access_token()
        assert token is not None
        return f"{token.claims['sub']} {token.claims.get('org_id')} {' '.join(token.scopes)}"

    return app.http_app()


def sdk_app(server: ResourceServer, url: str) -> Any:
    settings = build_auth_settings(server, f"{url}/mcp")
    app = MCPServer("Reports", token_verifier=ClerkTokenVerifier(server), auth=settings)
    app.custom_route(AUTHORIZATION_SERVER, methods=["GET"])(forward_metadata(server))

    @app.tool()
    def whoami() -> str:
        token = get_sdk_token()
        assert token is not None
        assert token.claims is not None
        return f"{token.claims['sub']} {token.claims.get('org_id')} {' '.join(token.scopes)}"

    return app.streamable_http_app()


@pytest.fixture(params=[fastmcp_app, sdk_app], ids=["fastmcp", "mcp"])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.param
    return made


@contextlib.asynccontextmanager
async def serving(make: Make, emulator: Emulator, **options: Any) -> AsyncIterator[str]:
    """Serve an application that knows its address; yield the URL of its MCP endpoint."""
    apps: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            return await apps[0](scope, receive, send)
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        return await send({"type": "lifespan.shutdown.complete"})

    async with served_here(app) as url, AsyncClerk(emulator.secret_key, base_url=emulator.url) as clerk:
        made = make(ResourceServer(clerk=clerk, issuer=emulator.origin, **options), url)
        apps.append(made)
        async with made.router.lifespan_context(made):
            yield f"{url}/mcp"


class SignIn(OAuth):
    """FastMCP's client, with a person in place of a browser window."""

    def __init__(self, person: Person, **options: Any) -> None:
        super().__init__(**options)
        self.person = person

    async def redirect_handler(self, authorization_url: str) -> None:
        await anyio.to_thread.run_sync(self.person.open, authorization_url)

    async def callback_handler(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**self.person.answers[-1])


class Storage:
    """Keeps the tokens and the registration of a client of the `mcp` package."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


async def call_with_fastmcp(url: str, person: Person, scopes: str) -> str:
    async with Client(url, auth=SignIn(person, mcp_url=url, scopes=scopes)) as client:
        (content,) = (await client.call_tool("whoami")).content
        return str(getattr(content, "text", ""))


async def call_with_sdk(url: str, person: Person, scopes: str) -> str:
    async def redirect(address: str) -> None:
        await anyio.to_thread.run_sync(person.open, address)

    async def answer() -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**person.answers[-1])

    metadata = OAuthClientMetadata(client_name="Agent", redirect_uris=[AnyUrl(CALLBACK)], scope=scopes)
    provider = OAuthClientProvider(url, metadata, Storage(), redirect, answer)
    async with (
        httpx2.AsyncClient(auth=provider, trust_env=False) as http,
        streamable_http_client(url, http_client=http) as streams,
        ClientSession(streams[0], streams[1]) as session,
    ):
        await session.initialize()
        (content,) = (await session.call_tool("whoami", {})).content
        return str(getattr(content, "text", ""))


@pytest.mark.filterwarnings("ignore:Using in-memory token storage")
@pytest.mark.parametrize("call", [call_with_fastmcp, call_with_sdk], ids=["by-fastmcp", "by-mcp"])
def test_client_registers_consents_and_calls_a_tool(
    make: Make, call: Call, emulator: Emulator, clerk: Clerk, ada: User, person: Person
) -> None:
    async def main() -> str:
        async with serving(make, emulator, required_scopes=["reports:read"]) as url:
            return str(await call(url, person, "profile reports:read"))

    called = asyncio.run(main())
    assert called.split()[:2] == [ada.id, "None"]
    assert "reports:read" in called.split()[2:]
    (application,) = clerk.oauth_applications.list()
    assert application.dynamically_registered


def test_token_of_another_audience_is_refused(make: Make, emulator: Emulator) -> None:
    async def main() -> list[tuple[int, str]]:
        answers = []
        mine = "https://reports.example.com/mcp"
        async with (
            serving(make, emulator, audience=mine) as url,
            httpx2.AsyncClient(trust_env=False, headers={"Accept": "application/json, text/event-stream"}) as http,
        ):
            other = access_token(emulator, aud="https://other.example.com/mcp")
            for token in (None, other, access_token(emulator), access_token(emulator, aud=mine)):
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                response = await http.post(url, headers=headers, json=INITIALIZE)
                answers.append((response.status_code, response.headers.get("www-authenticate", "")))
        return answers

    *refused, (accepted, _) = asyncio.run(main())
    assert [status for status, _ in refused] == [401, 401, 401]
    assert all("resource_metadata=" in challenge for _, challenge in refused)
    assert accepted == 200


def test_missing_scope_is_403(make: Make, emulator: Emulator) -> None:
    async def main() -> httpx2.Response:
        async with (
            serving(make, emulator, required_scopes=["reports:write"]) as url,
            httpx2.AsyncClient(trust_env=False) as http,
        ):
            headers = {"Accept": "application/json, text/event-stream"}
            headers["Authorization"] = f"Bearer {access_token(emulator)}"
            return await http.post(url, headers=headers, json=INITIALIZE)

    response = asyncio.run(main())
    assert (response.status_code, response.json()["error"]) == (403, "insufficient_scope")


def test_metadata_of_clerk_is_forwarded(make: Make, emulator: Emulator) -> None:
    async def main() -> Any:
        async with serving(make, emulator, audience="x") as url, httpx2.AsyncClient(trust_env=False) as http:
            found = await http.get(f"{url.removesuffix('/mcp')}/.well-known/oauth-authorization-server")
            return found.json()

    assert asyncio.run(main())["issuer"] == emulator.origin
