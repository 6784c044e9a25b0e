"""`python -m benchmarks.mcp_requests`: the cost of an MCP request with a token that was seen before.

FastMCP without authentication, with `ClerkAuth`, and with the token verifier of FastMCP's own `ClerkProvider`, each
called in this process. They take turns. The calls that each makes to Clerk, here the emulator, are counted.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from typing import Any

import httpx
from fastmcp import FastMCP
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.clerk import ClerkTokenVerifier
from pydantic import AnyHttpUrl

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk
from clerkkit.integrations.mcp.fastmcp import ClerkAuth, ResourceServer

REQUESTS = 30
ROUNDS = 9
HEADERS = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "add", "arguments": {"a": 1, "b": 2}}}
TARGET = 1.2
"""Of the processor time of FastMCP alone."""


def build(auth: Any) -> Any:
    app = FastMCP("Numbers", auth=auth)

    @app.tool
    def add(a: int, b: int) -> int:
        return a + b

    return app.http_app(stateless_http=True, json_response=True)


def verifier_of_fastmcp(origin: str, client_id: str, secret: str) -> RemoteAuthProvider:
    verifier = ClerkTokenVerifier(domain="clerk.example.com", client_id=client_id, client_secret=secret)
    # It always uses https; the emulator here speaks http.
    verifier._introspection_url = f"{origin}/oauth/token_info"
    verifier._userinfo_url = f"{origin}/oauth/userinfo"
    servers = [AnyHttpUrl(origin)]
    return RemoteAuthProvider(verifier, authorization_servers=servers, base_url="http://127.0.0.1")


async def measure(emulator: Emulator, token: str, client_id: str, secret: str) -> None:
    clerk = AsyncClerk(emulator.secret_key, base_url=emulator.url)
    server = ResourceServer(clerk=clerk, issuer=emulator.origin, allowed_clients=[client_id], jwt_key=emulator.jwt_key)
    apps = {
        "FastMCP alone": build(None),
        "`ClerkAuth`": build(ClerkAuth(server, base_url="http://127.0.0.1")),
        "FastMCP's own verifier for Clerk": build(verifier_of_fastmcp(emulator.origin, client_id, secret)),
    }
    headers = {**HEADERS, "authorization": f"Bearer {token}"}
    processor: dict[str, list[float]] = {name: [] for name in apps}
    wall: dict[str, list[float]] = {name: [] for name in apps}
    calls: dict[str, float] = {}
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(clerk)
        clients = {}
        for name, app in apps.items():
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=headers)
            clients[name] = await stack.enter_async_context(client)
        for turn in range(ROUNDS + 1):
            for name, client in clients.items():
                before = len(emulator.requests)
                started, started_wall = time.process_time(), time.perf_counter()
                for _ in range(REQUESTS):
                    response = await client.post("/mcp", json=CALL)
                    if response.json()["result"]["structuredContent"] != {"result": 3}:
                        raise SystemExit(f"not the response that is measured: {response.text}")
                if turn:  # the first round warms up
                    processor[name].append((time.process_time() - started) / REQUESTS)
                    wall[name].append((time.perf_counter() - started_wall) / REQUESTS)
                else:
                    calls[name] = (len(emulator.requests) - before) / REQUESTS
    alone = processor["FastMCP alone"]
    print("| server | processor time | of FastMCP alone | time | calls to Clerk per request |\n|---|---|---|---|---|")
    for name in apps:
        ratio = statistics.median(one / other for one, other in zip(processor[name], alone, strict=True))
        times = statistics.median(processor[name]) * 1000, statistics.median(wall[name]) * 1000
        # The emulator runs in this process too, so that the processor time of its answers counts.
        print(f"| {name} | {times[0]:.2f} ms | {ratio:.2f} | {times[1]:.2f} ms | {calls[name]:g} |")
    met = statistics.median(one / other for one, other in zip(processor["`ClerkAuth`"], alone, strict=True)) <= TARGET
    print(f"\nTarget, at most {TARGET} of FastMCP alone: {'met' if met else 'missed'}.")


def main() -> None:
    """Measure all servers, and print a table."""
    with Emulator() as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        clerk.instance_settings.update_oauth_application_settings(oauth_jwt_access_tokens=True)
        user = clerk.users.create(email_address=["ada@example.com"])
        application = clerk.oauth_applications.create(
            name="Agent", redirect_uris=["https://agent.example.com/callback"]
        )
        token = emulator.issue_oauth_token(application.id, user.id)
        asyncio.run(measure(emulator, token, application.client_id, application.client_secret or ""))


if __name__ == "__main__":
    main()
