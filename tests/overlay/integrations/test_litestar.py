"""The Litestar integration: the shared tests, websockets, and what its page shows."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from litestar import Litestar, Request, WebSocket, get, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.response import Response
from litestar.testing import TestClient

from clerk_emulator import Emulator
from clerkkit import AsyncClerk, InvalidArgument
from clerkkit.auth import MachineToken
from clerkkit.integrations.litestar import define_middleware, get_auth, require_auth
from tests.overlay.integrations.asgi_site import People, Site, options_for, served
from tests.overlay.integrations.behaviour import CHECKS, LIVE_KEY, NOWHERE, OWN, Behaviour, clerk, emulator, signed_in

__all__ = ["clerk", "emulator", "signed_in"]

AnyRequest = Request[Any, Any, Any]
AnySocket = WebSocket[Any, Any, Any]


def text(content: str, **more: Any) -> Response[str]:
    return Response(content, media_type="text/plain", **more)


def guarded(path: str, asked: dict[str, Any]) -> Any:
    @get(f"/{path}", guards=[require_auth(**asked)], sync_to_thread=False)
    def view(request: AnyRequest) -> Response[str]:
        who = get_auth(request, token_type="any")
        assert who is not None
        return text(who.user_id or who.subject if isinstance(who, MachineToken) else who.user_id)

    return view


@get("/open", sync_to_thread=False)
def open_(request: AnyRequest) -> Response[str]:
    return text(request.scope["clerk"].status)  # type: ignore[typeddict-item]


@get("/own", sync_to_thread=False)
def own(request: AnyRequest) -> Response[str]:
    headers = {**OWN, "Set-Cookie": "mine=1; Path=/"}
    return text(request.scope["clerk"].status, headers=headers)  # type: ignore[typeddict-item]


@websocket("/echo", guards=[require_auth(role="admin")])
async def echo(socket: AnySocket) -> None:
    await socket.accept()
    auth = get_auth(socket)
    await socket.send_text(auth.user_id if auth else "nobody")
    await socket.close()


def make(emulator: Emulator, url: str = "", **options: Any) -> Litestar:
    client = AsyncClerk(emulator.secret_key, base_url=url or emulator.url)

    @contextlib.asynccontextmanager
    async def life(_: Litestar) -> AsyncIterator[None]:
        async with client:
            yield

    ours = define_middleware(client, options=options_for(emulator, **options))
    handlers = [*(guarded(path, asked) for path, asked in CHECKS.items()), open_, own, echo]
    return Litestar(handlers, middleware=[ours], lifespan=[life], logging_config=None)


@contextlib.contextmanager
def site_of(emulator: Emulator, url: str = "", **options: Any) -> Iterator[Site]:
    with served(make(emulator, url, **options)) as site:
        yield site


@pytest.fixture(scope="module")
def site(emulator: Emulator) -> Iterator[Site]:
    with site_of(emulator) as site:
        yield site


@pytest.fixture(scope="module")
def live(emulator: Emulator) -> Iterator[Site]:
    with site_of(emulator, publishable_key=LIVE_KEY) as site:
        yield site


@pytest.fixture(scope="module")
def down(emulator: Emulator) -> Iterator[Site]:
    with site_of(emulator, NOWHERE, publishable_key=LIVE_KEY) as site:
        yield site


class TestLitestar(Behaviour):
    """The tests of all integrations."""


def test_websockets_are_guarded(emulator: Emulator, signed_in: People) -> None:
    with TestClient(make(emulator)) as client:
        headers = {"authorization": f"Bearer {signed_in.ada_token}"}
        with client.websocket_connect("/echo", headers=headers) as socket:
            assert socket.receive_text() == signed_in.ada
        for other in ({}, {"authorization": f"Bearer {signed_in.bob_token}"}):
            with (
                pytest.raises(WebSocketDisconnect) as closed,
                client.websocket_connect("/echo", headers=other) as socket,
            ):
                socket.receive_text()
            assert closed.value.code == 1008


def test_rejects_invalid_requirements() -> None:
    with pytest.raises(InvalidArgument, match="role"):
        require_auth(role="")
