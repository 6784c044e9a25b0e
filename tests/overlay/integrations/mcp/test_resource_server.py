"""Which tokens a resource server accepts, and the middleware for any ASGI application."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import MachineToken
from clerkkit.integrations.mcp.asgi import ProtectedResource, get_token
from clerkkit.integrations.mcp.resource_server import ResourceServer, build_metadata_url, list_claims
from clerkkit.models import User
from clerkkit.testing import instance
from tests.loopback import respond, serve
from tests.overlay.integrations.asgi_site import Site, served
from tests.overlay.integrations.mcp.access_tokens import access_token

RESOURCE = "https://reports.example.com/mcp"


def verify(emulator: Emulator, token: str, **options: Any) -> MachineToken | None:
    async def run() -> MachineToken | None:
        async with AsyncClerk(emulator.secret_key, base_url=emulator.url) as clerk:
            server = ResourceServer(clerk=clerk, issuer=emulator.origin, **options)
            return await server.verify(token)

    return anyio.run(run)


def test_audience_is_enforced(emulator: Emulator) -> None:
    mine = access_token(emulator, aud=RESOURCE)
    assert verify(emulator, mine, audience=RESOURCE) is not None
    assert verify(emulator, access_token(emulator, aud=[RESOURCE, "other"]), audience=RESOURCE) is not None
    for refused in (access_token(emulator, aud="https://other.example.com/mcp"), access_token(emulator)):
        assert verify(emulator, refused, audience=RESOURCE) is None
    assert verify(emulator, mine, audience=["a", "b"]) is None


def test_allowed_clients_are_enforced(emulator: Emulator) -> None:
    token = access_token(emulator)
    found = verify(emulator, token, allowed_clients="client_1")
    assert found is not None
    assert (found.client_id, found.subject) == ("client_1", "user_1")
    assert verify(emulator, token, allowed_clients=["client_2"]) is None
    assert verify(emulator, access_token(emulator, client_id=None), allowed_clients=["client_1"]) is None


def test_other_types_are_refused_without_asking_clerk(emulator: Emulator, clerk: Clerk, ada: User) -> None:
    key = clerk.api_keys.create(name="Robot", subject=ada.id).secret
    before = len(emulator.requests)
    assert verify(emulator, key, allowed_clients="x") is None
    assert verify(emulator, "mt_1", allowed_clients="x") is None
    assert len(emulator.requests) == before
    assert verify(emulator, emulator.sign_in(ada.id), required_scopes="reports:read") is None
    found = verify(emulator, key, token_types=["api_key"])
    assert found is not None
    assert found.user_id == ada.id


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "oat_unknown"])
def test_invalid_tokens_are_refused(emulator: Emulator, token: str) -> None:
    assert verify(emulator, token, allowed_clients="client_1") is None


def test_expired_and_forged_tokens_are_refused(emulator: Emulator) -> None:
    with Emulator() as other:
        for token in (access_token(emulator, exp=1), access_token(other)):
            assert verify(emulator, token, allowed_clients="client_1") is None


def test_jwt_needs_no_call_to_clerk_with_the_public_key(emulator: Emulator, clerk: Clerk) -> None:
    before = len(emulator.requests)
    token = access_token(emulator)
    assert verify(emulator, token, allowed_clients="client_1", jwt_key=emulator.jwt_key) is not None
    assert len(emulator.requests) == before


def test_claims_are_complete(emulator: Emulator) -> None:
    found = verify(emulator, access_token(emulator, org_id="org_1", act={"sub": "user_2"}), allowed_clients="client_1")
    assert found is not None
    claims = list_claims(found)
    assert claims["act"] == {"sub": "user_2"}
    assert {name: claims[name] for name in ("sub", "client_id", "scope", "org_id", "token_type", "jti")} == {
        "sub": "user_1",
        "client_id": "client_1",
        "scope": "profile reports:read",
        "org_id": "org_1",
        "token_type": "oauth_token",
        "jti": "oat_1",
    }


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({}, "audience"),
        ({"required_scopes": ["profile", "email"]}, "audience"),
        ({"audience": [""]}, "audience"),
        ({"audience": 5}, "audience"),
        ({"allowed_clients": [None]}, "allowed_clients"),
        ({"audience": "x", "token_types": []}, "token_types"),
        ({"audience": "x", "token_types": ["session_token"]}, "token_types"),
        ({"audience": "x", "issuer": "accounts.example.com"}, "issuer"),
        ({"audience": "x", "issuer": "https://example.com/?a=b"}, "issuer"),
        ({"audience": "x", "issuer": None}, "publishable_key"),
    ],
)
def test_invalid_arguments_are_named(options: dict[str, Any], argument: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_PUBLISHABLE_KEY", raising=False)
    with pytest.raises(InvalidArgument, match=f"^{argument}: "):
        ResourceServer(**{"clerk": AsyncClerk("sk_test_1"), "issuer": "https://clerk.example.com", **options})


def test_authorization_server_is_that_of_the_publishable_key(monkeypatch: pytest.MonkeyPatch) -> None:
    key = instance().publishable_key
    server = ResourceServer(clerk=AsyncClerk("sk_test_1"), audience="x", publishable_key=key)
    assert server.authorization_server.startswith("https://")
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", key)
    assert (
        ResourceServer(clerk=AsyncClerk("sk_test_1"), audience="x").authorization_server == server.authorization_server
    )
    assert "jwt" not in repr(ResourceServer(clerk=AsyncClerk("sk_test_1"), audience="x", jwt_key="jwt"))


def test_metadata_url_keeps_the_path_of_the_resource() -> None:
    known = "https://a.test/.well-known/oauth-protected-resource"
    assert build_metadata_url("https://a.test/mcp") == f"{known}/mcp"
    assert build_metadata_url("https://a.test/") == build_metadata_url("https://a.test") == known


# -- any ASGI application ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def site_of(emulator: Emulator, issuer: str = "", **options: Any) -> Iterator[Site]:
    clerk = AsyncClerk(emulator.secret_key, base_url=emulator.url)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await clerk.aclose()
            return await send({"type": "lifespan.shutdown.complete"})
        body = get_token(scope).subject if f"{scope['path']}/".startswith("/mcp/") else "open"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        return await send({"type": "http.response.body", "body": body.encode()})

    server = ResourceServer(clerk=clerk, issuer=issuer or emulator.origin, **options)
    with served(ProtectedResource(app, server=server, resource=RESOURCE)) as site:
        yield site


def test_resource_needs_an_accepted_token_with_its_scopes(emulator: Emulator) -> None:
    with site_of(emulator, required_scopes=["reports:read"]) as site:
        assert site.get("/other").text == "open"
        assert site.get("/mcps").text == "open"
        for path in ("/mcp", "/mcp/", "/mcp/x"):
            assert site.get(path, access_token(emulator)).text == "user_1"
        link = 'resource_metadata="https://reports.example.com/.well-known/oauth-protected-resource/mcp"'
        missing = site.get("/mcp")
        assert (missing.status_code, missing.headers["www-authenticate"]) == (
            401,
            f'Bearer {link}, scope="reports:read"',
        )
        invalid = site.get("/mcp", "x")
        assert (invalid.status_code, invalid.json()["error"]) == (401, "invalid_token")
        assert 'error="invalid_token"' in invalid.headers["www-authenticate"]
        lacking = site.get("/mcp", access_token(emulator, scope="profile"))
        assert (lacking.status_code, lacking.json()["error"]) == (403, "insufficient_scope")
        assert link in lacking.headers["www-authenticate"]
        assert 'scope="reports:read"' in lacking.headers["www-authenticate"]


def test_resource_is_described(emulator: Emulator) -> None:
    with site_of(emulator, required_scopes=["reports:read"]) as site:
        described = site.get("/.well-known/oauth-protected-resource/mcp")
        assert described.headers["access-control-allow-origin"] == "*"
        assert described.json() == {
            "resource": RESOURCE,
            "authorization_servers": [emulator.origin],
            "bearer_methods_supported": ["header"],
            "scopes_supported": ["reports:read"],
        }
        assert site.get("/.well-known/oauth-protected-resource").text == "open"


def test_metadata_of_the_authorization_server_is_forwarded_once(emulator: Emulator) -> None:
    direct = httpx.get(f"{emulator.origin}/.well-known/oauth-authorization-server", trust_env=False).json()
    with site_of(emulator, audience="x") as site:
        assert site.get("/.well-known/oauth-authorization-server").json() == direct
    metadata = respond(200, {"issuer": "x"})
    with serve(metadata) as server, site_of(emulator, server.url, audience="x") as site:
        for _ in range(3):
            assert site.get("/.well-known/oauth-authorization-server").json() == {"issuer": "x"}
        assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [respond(500), respond(200, b"nonsense"), respond(200, [1])])
def test_outage_of_the_authorization_server_is_502(emulator: Emulator, answer: bytes) -> None:
    with serve(answer) as server, site_of(emulator, server.url, audience="x") as site:
        response = site.get("/.well-known/oauth-authorization-server")
        assert (response.status_code, json.loads(response.text)["error"]) == (502, "temporarily_unavailable")


@pytest.mark.parametrize("resource", ["/mcp", "reports.example.com/mcp", "https://a.test/?b=c", "ftp://a.test"])
def test_resource_must_be_a_url(resource: str) -> None:
    server = ResourceServer(clerk=AsyncClerk("sk_test_1"), issuer="https://a.test", audience="x")
    with pytest.raises(InvalidArgument, match="resource: expected"):
        ProtectedResource(lambda *_: anyio.lowlevel.checkpoint(), server=server, resource=resource)


def test_token_outside_of_the_resource_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="does not belong to the resource"):
        get_token({"type": "http"})
