"""The middleware around an ASGI application on a real server."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import anyio
import httpx
import pytest
from websockets.sync.client import connect

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk, InvalidArgument
from clerkkit.auth import AuthOptions
from clerkkit.integrations.asgi import ClerkMiddleware, Receive, Scope, Send
from clerkkit.testing import FakeInstance, instance
from tests.loopback import KEY, Received, respond, serve
from tests.overlay.integrations.asgi_site import ORIGIN, options_for, people, served, served_here, set_variables


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Return the state as JSON."""
    if scope["type"] == "lifespan":
        for moment in ("startup", "shutdown"):
            assert (await receive())["type"] == f"lifespan.{moment}"
            await send({"type": f"lifespan.{moment}.complete"})
        return
    state = scope.get("clerk")
    assert state is scope["state"].get("clerk")
    state_json = {"status": state.status, "user": getattr(state.claims, "user_id", None)} if state else {}
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": json.dumps(state_json)})
        await send({"type": "websocket.close"})
        return
    own = [(b"x-mine", b"1"), (b"Set-Cookie", b"mine=1"), (b"Access-Control-Allow-Origin", b"https://friend.example")]
    await send({"type": "http.response.start", "status": 200, "headers": own})
    await send({"type": "http.response.body", "body": json.dumps(state_json).encode()})


def trusting(fake: FakeInstance, **more: Any) -> AuthOptions:
    return AuthOptions(**{"publishable_key": fake.publishable_key, "jwt_key": fake.jwt_key, **more})


@pytest.fixture(scope="module")
def fake() -> FakeInstance:
    return instance()


@pytest.fixture
def at_emulator(clerk_emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Set environment variables that point to the emulator, and return it."""
    set_variables(monkeypatch, clerk_emulator.secret_key, clerk_emulator.origin)
    return clerk_emulator


def test_state_is_in_the_scope(at_emulator: Emulator, clerk: Clerk) -> None:
    here = people(at_emulator, clerk)
    app = ClerkMiddleware(application, options=options_for(at_emulator))
    with served(app) as site:
        assert site.get("/", here.ada_token).json() == {"status": "signed-in", "user": here.ada}
        response = site.get("/")
        assert response.json() == {"status": "signed-out", "user": None}
        assert response.headers["x-mine"] == "1"
        assert response.headers["x-clerk-auth-reason"] == "dev-browser-missing"


def test_returning_from_a_handshake_sets_cookies(fake: FakeInstance) -> None:
    """In development another redirect sets the cookies; in production the page does."""
    session = fake.session_token("user_1")
    cookies = [f"__session={session}; Path=/; Secure; SameSite=Lax", "__client_uat=1; Path=/"]
    token = fake.sign({"handshake": cookies})
    with served(ClerkMiddleware(application, clerk=AsyncClerk(KEY), options=trusting(fake))) as site:
        response = site.get(f"/page?a=1&__clerk_handshake={token}", accept="text/html")
        assert (response.status_code, response.content) == (307, b"")
        assert response.headers["location"] == f"{site.url}/page?a=1"
        assert response.headers.get_list("set-cookie") == cookies
    live = FakeInstance(frontend="clerk.example.com")
    key = live.publishable_key.replace("pk_test_", "pk_live_")
    options = trusting(fake, publishable_key=key)
    with served(ClerkMiddleware(application, clerk=AsyncClerk("sk_live_x"), options=options)) as site:
        response = site.get("/page", cookie=f"__clerk_handshake={token}", accept="text/html")
        assert response.json() == {"status": "signed-in", "user": "user_1"}
        assert response.headers.get_list("set-cookie") == ["mine=1", *cookies]
        assert response.headers.get_list("access-control-allow-origin") == ["https://friend.example"]


def test_websockets_are_authenticated_and_never_redirected(fake: FakeInstance) -> None:
    app = ClerkMiddleware(application, clerk=AsyncClerk(KEY), options=trusting(fake))
    with served(app) as site:
        url = site.url.replace("http", "ws", 1)
        bearer = {"authorization": f"Bearer {fake.session_token('user_1')}"}
        with connect(url, additional_headers=bearer, proxy=None) as socket:
            assert json.loads(socket.recv(5)) == {"status": "signed-in", "user": "user_1"}
        page = {"accept": "text/html", "sec-fetch-dest": "document"}
        with connect(url, additional_headers=page, proxy=None) as socket:
            assert json.loads(socket.recv(5)) == {"status": "handshake", "user": None}
            assert socket.response is not None
            assert socket.response.headers["x-clerk-auth-status"] == "handshake"
            assert "location" not in socket.response.headers


def test_skipped_paths_are_not_authenticated(fake: FakeInstance) -> None:
    app = ClerkMiddleware(application, clerk=AsyncClerk(KEY), options=trusting(fake), skip=["/health", "/static/"])
    with served(app) as site:
        for path in ("/health", "/health/deep", "/static/a.css", "/static"):
            response = site.get(path, fake.session_token(), accept="text/html")
            assert response.json() == {}
            assert "x-clerk-auth-status" not in response.headers
        for path in ("/healthy", "/", "/x/health", "//health"):
            assert site.get(path, accept="text/html").status_code == 307
            site.http.cookies.clear()


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, fake: FakeInstance) -> pytest.MonkeyPatch:
    set_variables(monkeypatch, KEY, "http://127.0.0.1:1")
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", fake.publishable_key)
    monkeypatch.delenv("CLERK_JWT_KEY", raising=False)
    return monkeypatch


def test_own_client_is_closed_with_the_application(environment: pytest.MonkeyPatch, fake: FakeInstance) -> None:
    """An application that starts again gets another client."""
    with serve(respond(200, fake.jwks)) as clerk:
        environment.setenv("CLERK_API_URL", clerk.url)
        app = ClerkMiddleware(application)
        for connections in (1, 2):
            with served(app) as site:
                for _ in range(2):
                    assert site.get("/", fake.session_token("user_1")).json()["user"] == "user_1"
            clerk.wait_until_closed()
            assert clerk.connections == connections
        assert [request.headers["authorization"] for request in clerk.requests] == [f"Bearer {KEY}"] * 2


def test_given_client_stays_open(environment: pytest.MonkeyPatch, fake: FakeInstance) -> None:
    async def use_after() -> None:
        async with AsyncClerk(KEY, base_url=clerk.url) as client:
            app = ClerkMiddleware(application, clerk=client, options=options)
            async with served_here(app) as url, httpx.AsyncClient(trust_env=False) as http:
                answered = await http.get(url, headers={"authorization": "Bearer ak_1"})
                assert answered.json()["status"] == "signed-in"
            await client.users.get("user_1")

    options = trusting(fake, accepts_token="api_key")
    with serve(respond(200, {"id": "ak_1", "subject": "user_1"})) as clerk:
        asyncio.run(use_after())
    assert [request.path for request in clerk.requests] == ["/api_keys/verify", "/users/user_1"]


@pytest.mark.parametrize("variable", ["CLERK_SECRET_KEY", "CLERK_PUBLISHABLE_KEY"])
def test_missing_variable_is_named(environment: pytest.MonkeyPatch, variable: str) -> None:
    environment.delenv(variable)
    with pytest.raises(InvalidArgument) as caught:
        ClerkMiddleware(application)
    assert caught.value.argument == variable.lower().removeprefix("clerk_")


@pytest.mark.parametrize("skip", ["/health", ["health"], [""]])
def test_rejects_invalid_paths_to_skip(environment: pytest.MonkeyPatch, skip: Any) -> None:
    with pytest.raises(InvalidArgument, match="skip: expected a list of paths"):
        ClerkMiddleware(application, skip=skip)


def test_loop_is_not_blocked_while_keys_are_fetched_once(environment: pytest.MonkeyPatch, fake: FakeInstance) -> None:
    """A hundred requests wait for the keys; a request that needs none gets its response first."""
    asked, answered = threading.Event(), threading.Event()

    def slow(received: Received) -> bytes:
        asked.set()
        assert answered.wait(20)
        return respond(200, fake.jwks)

    async def ask(site_url: str) -> list[str]:
        limits = httpx.Limits(max_connections=200)
        async with httpx.AsyncClient(base_url=site_url, trust_env=False, timeout=30, limits=limits) as http:
            users = [f"user_{number}" for number in range(100)]
            headers = [{"authorization": f"Bearer {fake.session_token(user)}"} for user in users]
            waiting = [asyncio.create_task(http.get("/", headers=one)) for one in headers]
            assert await asyncio.to_thread(asked.wait, 20)
            assert (await http.get("/")).json()["status"] == "signed-out"
            assert not any(task.done() for task in waiting)
            answered.set()
            return [(await task).json()["user"] for task in waiting]

    with serve(slow) as clerk:
        environment.setenv("CLERK_API_URL", clerk.url)
        with served(ClerkMiddleware(application)) as site:
            assert asyncio.run(ask(site.url)) == [f"user_{number}" for number in range(100)]
        assert [request.path for request in clerk.requests] == ["/jwks"]


def test_works_on_trio(environment: pytest.MonkeyPatch, fake: FakeInstance) -> None:
    async def ask() -> str:
        async with AsyncClerk(KEY, base_url=clerk.url) as client:
            transport = httpx.ASGITransport(ClerkMiddleware(application, clerk=client))
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
                answered = await http.get("/", headers={"authorization": f"Bearer {fake.session_token('user_1')}"})
        user: str = answered.json()["user"]
        return user

    with serve(respond(200, fake.jwks)) as clerk:
        assert anyio.run(ask, backend="trio") == "user_1"


def test_exceptions_of_the_application_are_raised(fake: FakeInstance) -> None:
    async def failing(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await application(scope, receive, send)
        raise RuntimeError("no")

    with served(ClerkMiddleware(failing, clerk=AsyncClerk(KEY), options=trusting(fake))) as site:
        assert site.get("/").status_code == 500


def test_origin_of_a_token_is_checked(at_emulator: Emulator, clerk: Clerk) -> None:
    here = people(at_emulator, clerk)
    options = options_for(at_emulator, authorized_parties=["https://other.example"])
    with served(ClerkMiddleware(application, options=options)) as site:
        response = site.get("/", here.ada_token)
        assert response.json()["status"] == "signed-out"
        assert response.headers["x-clerk-auth-reason"] == "token-invalid-authorized-parties"
        assert ORIGIN in response.headers["x-clerk-auth-message"]
