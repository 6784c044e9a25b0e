"""`python -m benchmarks.fastapi_requests`: requests per second of a FastAPI application with and without a guard.

Each application runs on uvicorn in its own process. They take turns, and the server's processor time is measured, which
depends little on other programs.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple

import uvicorn
from fastapi import Depends, FastAPI

from clerkkit import AsyncClerk
from clerkkit.auth import AuthOptions, SessionClaims
from clerkkit.integrations.fastapi import ClerkMiddleware, require_auth
from clerkkit.testing import FakeInstance

KINDS = {
    "alone": "FastAPI alone",
    "empty": "a middleware and a dependency that do nothing",
    "guard": "`ClerkMiddleware` and `require_auth()`, a token that was seen before",
    "first": "the same, each token as if seen for the first time (`cache=False`)",
}
CONNECTIONS = 16
ROUNDS = 9
SECONDS = 1.0
BODY = b'{"user":"user_1"}'


class Empty:
    """A middleware that does nothing, for comparison."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


async def nothing() -> None:
    """A dependency that does nothing, for comparison."""


def application(kind: str, fake: FakeInstance) -> FastAPI:
    app = FastAPI()

    async def open_to_all() -> dict[str, str]:
        return {"user": "user_1"}

    async def guarded(session: Annotated[SessionClaims, Depends(require_auth())]) -> dict[str, str]:
        return {"user": session.user_id}

    if kind in ("alone", "empty"):
        app.get("/", dependencies=[Depends(nothing)] if kind == "empty" else [])(open_to_all)
        if kind == "empty":
            app.add_middleware(Empty)
    else:
        app.get("/")(guarded)
        options = AuthOptions(publishable_key=fake.publishable_key, jwt_key=fake.jwt_key, cache=kind == "guard")
        app.add_middleware(ClerkMiddleware, clerk=AsyncClerk("sk_test_of_benchmarks"), options=options)
    return app


def serve(kind: str) -> None:
    """Serve one application. Print its port and a token, then its processor time for each line of stdin."""
    fake = FakeInstance()
    server = uvicorn.Server(uvicorn.Config(application(kind, fake), log_level="warning", access_log=False))

    def listen() -> None:
        for _ in sys.stdin:
            print(time.process_time(), flush=True)
        server.should_exit = True

    # With an explicit protocol, because asyncio sets TCP_NODELAY only on sockets that it knows to be TCP.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        print(listening.getsockname()[1], fake.session_token("user_1", lifetime=3600), flush=True)
        threading.Thread(target=listen, daemon=True).start()
        server.run([listening])


class Site(NamedTuple):
    """An application in another process."""

    process: subprocess.Popen[str]
    port: int
    token: str

    def cpu_seconds(self) -> float:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def rate(self) -> float:
        """Return requests per second of processor time."""
        before = self.cpu_seconds()
        count = asyncio.run(self._ask())
        return count / (self.cpu_seconds() - before)

    async def _ask(self) -> int:
        request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()
        end = time.perf_counter() + SECONDS
        return sum(await asyncio.gather(*(self._ask_in_a_row(request, end) for _ in range(CONNECTIONS))))

    async def _ask_in_a_row(self, request: bytes, end: float) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        count = 0
        while time.perf_counter() < end:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head or await reader.readexactly(len(BODY)) != BODY:
                raise SystemExit(f"not the response that is measured: {head!r}")
            count += 1
        writer.close()
        await writer.wait_closed()
        return count


@contextlib.contextmanager
def running(kind: str) -> Iterator[Site]:
    command = [sys.executable, "-m", "benchmarks.fastapi_requests", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        port, token = process.stdout.readline().split()
        yield Site(process, int(port), token)
        process.stdin.close()


def main() -> None:
    """Measure all applications, and print a table."""
    rates: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with contextlib.ExitStack() as stack:
        sites = {kind: stack.enter_context(running(kind)) for kind in KINDS}
        for turn in range(ROUNDS + 1):
            for kind, site in sites.items():
                rate = site.rate()
                if turn:  # the first round warms up
                    rates[kind].append(rate)
    alone = statistics.median(rates["alone"])
    print("| application | requests per second | of FastAPI alone |\n|---|---|---|")
    for kind, told in KINDS.items():
        median = statistics.median(rates[kind])
        print(f"| {told} | {median:,.0f} | {median / alone:.0%} |")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        main()
