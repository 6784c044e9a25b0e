"""Starlette on a real server, with tokens of the emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, Clerk
from clerkkit.integrations.starlette import ClerkMiddleware, get_auth, require_auth
from tests.overlay.integrations.asgi_site import People, Site, options_for, people, served

signed_in = require_auth()
admin = require_auth(role="admin")
reader = require_auth(permission="a_feature_with_a_long_name:" + "x" * 200)
of_machine = require_auth(token_type="api_key")


async def me(request: Request) -> JSONResponse:
    session = signed_in(request)
    assert get_auth(request) is session
    assert request.state.clerk.claims is session
    return JSONResponse({"user": session.user_id, "org": session.org_id})


def rule(request: Request) -> PlainTextResponse:
    return PlainTextResponse(admin(request).user_id)


def machine(request: Request) -> PlainTextResponse:
    return PlainTextResponse(of_machine(request).id)


async def public(request: Request) -> PlainTextResponse:
    return PlainTextResponse("somebody" if get_auth(request) else f"nobody, {request.state.clerk.reason}")


async def talk(websocket: WebSocket) -> None:
    session = signed_in(websocket)
    await websocket.accept()
    await websocket.send_text(session.user_id)
    reader(websocket)


@pytest.fixture
def site(clerk_emulator: Emulator) -> Iterator[Site]:
    client = AsyncClerk(clerk_emulator.secret_key, base_url=clerk_emulator.url)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    ours = Middleware(ClerkMiddleware, clerk=client, options=options_for(clerk_emulator, accepts_token="session_token"))
    machines = Middleware(ClerkMiddleware, clerk=client, options=options_for(clerk_emulator, accepts_token="api_key"))
    routes = [
        Mount("/machines", routes=[Route("/one", machine), Route("/me", me)], middleware=[machines]),
        Mount(
            "/app",
            routes=[Route("/me", me), Route("/rule", rule), Route("/", public), WebSocketRoute("/talk", talk)],
            middleware=[ours],
        ),
        Route("/open", public),
    ]
    with served(Starlette(routes=routes, lifespan=life)) as site:
        yield site


@pytest.fixture
def here(clerk_emulator: Emulator, clerk: Clerk) -> People:
    return people(clerk_emulator, clerk)


def test_get_auth_returns_the_caller(site: Site, here: People) -> None:
    assert site.get("/app/me", here.ada_token).json() == {"user": here.ada, "org": here.organization}
    assert site.get("/app/rule", here.ada_token).text == here.ada
    assert site.get("/app/", here.bob_token).text == "somebody"
    assert site.get("/app/").text == "nobody, dev-browser-missing"


def test_guard_rejects_callers_without_requirements(site: Site, here: People) -> None:
    for path, token, status, challenge, detail in [
        ("/app/me", None, 401, "Bearer", "Not authenticated: dev-browser-missing"),
        ("/app/me", "rubbish", 401, "Bearer", "Not authenticated: token-invalid"),
        ("/app/rule", here.bob_token, 403, 'Bearer error="insufficient_scope"', "Not allowed: this needs role admin"),
    ]:
        response = site.get(path, token)
        assert (response.status_code, response.headers["www-authenticate"], response.text) == (
            status,
            challenge,
            detail,
        )


def test_middleware_applies_to_the_routes_that_it_wraps(site: Site, here: People, clerk: Clerk) -> None:
    key = clerk.api_keys.create(name="reader", subject=here.ada)
    assert site.get("/machines/one", key.secret).text == key.id
    assert site.get("/machines/one", here.ada_token).status_code == 401
    assert site.get("/machines/me", key.secret).status_code == 401
    assert site.get("/app/me", key.secret).status_code == 401
    assert site.get("/open", here.ada_token, connection="close").status_code == 500  # no middleware there


def test_browser_is_redirected_to_clerk(site: Site) -> None:
    response = site.get("/app/", accept="text/html,*/*")
    assert response.status_code == 307
    assert response.headers["location"].startswith("https://")


def test_websockets_are_closed_by_failed_requirements(site: Site, here: People) -> None:
    url = site.url.replace("http", "ws", 1) + "/app/talk"
    with connect(url, additional_headers={"authorization": f"Bearer {here.bob_token}"}, proxy=None) as socket:
        assert socket.recv(5) == here.bob
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(5)
    assert closed.value.rcvd
    assert closed.value.rcvd.code == 1008
    assert closed.value.rcvd.reason.startswith("Not allowed: this needs permission a_feature")
    with pytest.raises(InvalidStatus), connect(url, proxy=None):
        pass
