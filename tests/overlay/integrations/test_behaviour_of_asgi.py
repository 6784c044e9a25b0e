"""FastAPI, Starlette and plain ASGI pass the tests of all integrations."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from clerk_emulator import Emulator
from clerkkit import AsyncClerk
from clerkkit.auth import MachineToken, RequestState, SessionClaims
from clerkkit.integrations import fastapi, starlette
from clerkkit.integrations.asgi import ClerkMiddleware, Receive, Scope, Send
from clerkkit.integrations.shared.requirements import Denial, Requirements
from tests.overlay.integrations.asgi_site import Site, options_for, served
from tests.overlay.integrations.behaviour import CHECKS, LIVE_KEY, NOWHERE, OWN, Behaviour, clerk, emulator, signed_in

__all__ = ["clerk", "emulator", "signed_in"]


def text(who: SessionClaims | MachineToken) -> PlainTextResponse:
    return PlainTextResponse(who.user_id or who.subject if isinstance(who, MachineToken) else who.user_id)


def own(state: RequestState) -> PlainTextResponse:
    response = PlainTextResponse(state.status, headers=OWN)
    response.headers.append("set-cookie", "mine=1; Path=/")
    return response


def of_fastapi(middleware: Middleware, life: Any) -> Any:
    app = FastAPI(middleware=[middleware], lifespan=life, default_response_class=PlainTextResponse)
    for path, asked in CHECKS.items():
        guard = Depends(fastapi.require_auth(**asked))

        def view(who: Any = guard) -> PlainTextResponse:
            return text(who)

        app.get(f"/{path}")(view)

    @app.get("/open")
    def open_(request: Request, auth: Any = Depends(fastapi.get_auth)) -> PlainTextResponse:  # noqa: B008
        assert auth is fastapi.get_auth(request)
        return PlainTextResponse(request.state.clerk.status)

    @app.get("/own")
    def own_(request: Request) -> PlainTextResponse:
        return own(request.state.clerk)

    return app


def of_starlette(middleware: Middleware, life: Any) -> Any:
    def guarded(asked: dict[str, Any]) -> Callable[[Request], PlainTextResponse]:
        guard = starlette.require_auth(**asked)
        return lambda request: text(guard(request))

    async def open_(request: Request) -> PlainTextResponse:
        return PlainTextResponse(request.state.clerk.status)

    async def own_(request: Request) -> PlainTextResponse:
        return own(request.state.clerk)

    routes = [*(Route(f"/{path}", guarded(asked)) for path, asked in CHECKS.items())]
    routes += [Route("/open", open_), Route("/own", own_)]
    return Starlette(routes=routes, middleware=[middleware], lifespan=life)


def of_asgi(middleware: Middleware, life: Any) -> Any:
    required = {f"/{path}": Requirements(**asked) for path, asked in CHECKS.items()}
    shell = Starlette(lifespan=life)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await shell(scope, receive, send)
        if scope["path"] in required:
            judged = required[scope["path"]].check(scope["clerk"])
            if isinstance(judged, Denial):
                response = Response(judged.body, judged.status, judged.headers, judged.media_type)
            else:
                response = text(judged)
        elif scope["path"] == "/own":
            response = own(scope["clerk"])
        else:
            response = PlainTextResponse(scope["clerk"].status)
        return await response(scope, receive, send)

    return middleware.cls(app, *middleware.args, **middleware.kwargs)


@contextlib.contextmanager
def site_of(
    made: Callable[[Middleware, Any], Any], emulator: Emulator, url: str = "", **options: Any
) -> Iterator[Site]:
    client = AsyncClerk(emulator.secret_key, base_url=url or emulator.url)

    @contextlib.asynccontextmanager
    async def life(_: Any) -> AsyncIterator[None]:
        async with client:
            yield

    ours = Middleware(ClerkMiddleware, clerk=client, options=options_for(emulator, **options))
    with served(made(ours, life)) as site:
        yield site


@pytest.fixture(scope="module", params=[of_fastapi, of_starlette, of_asgi], ids=["fastapi", "starlette", "asgi"])
def made(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def site(made: Any, emulator: Emulator) -> Iterator[Site]:
    with site_of(made, emulator) as site:
        yield site


@pytest.fixture(scope="module")
def live(made: Any, emulator: Emulator) -> Iterator[Site]:
    with site_of(made, emulator, publishable_key=LIVE_KEY) as site:
        yield site


@pytest.fixture(scope="module")
def down(made: Any, emulator: Emulator) -> Iterator[Site]:
    with site_of(made, emulator, NOWHERE, publishable_key=LIVE_KEY) as site:
        yield site


class TestAsgi(Behaviour):
    """The tests of all integrations."""
