"""An ASGI application on a real server, with users who are signed in at the emulator."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.auth import AuthOptions

ORIGIN = "http://localhost:3000"


class Site:
    """The URL of the application, and a browser without cookies."""

    def __init__(self, url: str, http: httpx.Client) -> None:
        self.url = url
        self.http = http

    def get(self, path: str, token: str | None = None, **headers: str) -> httpx.Response:
        """Request a path with a token in the header."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.get(path, headers={**given, **({"authorization": f"Bearer {token}"} if token else {})})


def _server(app: Any, **more: Any) -> uvicorn.Server:
    common: dict[str, Any] = {"lifespan": "on", "log_config": None, "timeout_graceful_shutdown": 5}
    return uvicorn.Server(uvicorn.Config(app, ws="websockets-sansio", **common, **more))


@contextlib.contextmanager
def _listening() -> Iterator[tuple[socket.socket, str]]:
    # Names the protocol: asyncio sets TCP_NODELAY only if it is known to be TCP.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening, f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def served(app: Any, **more: Any) -> Iterator[Site]:
    """Serve an application in a thread, with its lifespan."""
    server = _server(app, **more)
    with _listening() as (listening, url):
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        try:
            end = time.monotonic() + 20
            while not server.started:
                assert thread.is_alive(), "the application did not start"
                assert time.monotonic() < end
                time.sleep(0.002)
            with httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
                yield Site(url, http)
        finally:
            server.should_exit = True
            thread.join()


@contextlib.asynccontextmanager
async def served_here(app: Any) -> AsyncIterator[str]:
    """Serve an application in the running loop; return its URL."""
    server = _server(app)
    with _listening() as (listening, url):
        serving = asyncio.create_task(server.serve([listening]))
        while not server.started:
            assert not serving.done(), "the application did not start"
            await asyncio.sleep(0.002)
        yield url
        server.should_exit = True
        await serving


class People(NamedTuple):
    """Ada is the admin of an organization, Bob a member."""

    ada: str
    bob: str
    organization: str
    ada_token: str
    bob_token: str


def people(emulator: Emulator, clerk: Clerk) -> People:
    """Sign both in, with the organization active."""
    ada = clerk.users.create(email_address=["ada@example.com"]).id
    bob = clerk.users.create(email_address=["bob@example.com"]).id
    organization = clerk.organizations.create(name="Engines", created_by=ada).id
    clerk.organization_memberships.create(organization, user_id=bob, role="org:member")
    tokens = [emulator.sign_in(user, organization, origin=ORIGIN) for user in (ada, bob)]
    return People(ada, bob, organization, *tokens)


def options_for(emulator: Emulator, **more: Any) -> AuthOptions:
    """Options for the emulator's instance."""
    return AuthOptions(
        **{"publishable_key": emulator.publishable_key, "authorized_parties": [ORIGIN], "accepts_token": "any", **more}
    )


def set_variables(patch: pytest.MonkeyPatch, secret_key: str, url: str) -> None:
    """Set the variables with which an application creates its client."""
    patch.setenv("CLERK_SECRET_KEY", secret_key)
    patch.setenv("CLERK_API_URL", url)
