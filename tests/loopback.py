"""An HTTP server on 127.0.0.1 that sends scripted responses, misbehaves on demand, and records its requests."""

from __future__ import annotations

import contextlib
import email.message
import enum
import functools
import http.client
import json
import os
import socket
import socketserver
import ssl
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from io import BufferedIOBase
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from unittest import mock
from urllib.parse import parse_qsl

import anyio

from clerk_bapi import AsyncClient, Client, Request

T = TypeVar("T")

KEY = "sk_test_only_for_loopback"
ASYNC_WAYS = ["asyncio", "trio", "aiohttp"]
WAYS = ["sync", *ASYNC_WAYS]
"""Ways to send a request, see `send_by`; "aiohttp" is asyncio with the transport of that name."""


def backend_of(way: str) -> str:
    """Return the event loop for a way."""
    return "asyncio" if way == "aiohttp" else way


def transport_of(way: str) -> dict[str, Any]:
    """Return the arguments that select the transport for a way."""
    return {"transport": "aiohttp"} if way == "aiohttp" else {}


ENVIRONMENT = {
    # A proxy of the machine must not be used between a test and its server.
    "NO_PROXY": "*",
    "no_proxy": "*",
    # A folder without certificates, because loading all of them takes longer than the rest of a test.
    "SSL_CERT_FILE": "",
    "SSL_CERT_DIR": str(Path(__file__).parent),
}


class Act(enum.Enum):
    """What a server can do instead of sending bytes."""

    HANG_UP = "close the connection"
    RESET = "break the connection off"
    SILENCE = "keep the connection open and send nothing for longer than a test runs"
    PAUSE = "wait a twentieth of a second"


class Received(NamedTuple):
    """A received request."""

    method: str
    whole_target: str
    headers: email.message.Message
    body: bytes
    connection: int
    """The number of its connection, from 1."""

    @property
    def target(self) -> str:
        """The path and query without the version path, which clients add to a server's URL."""
        return self.whole_target.removeprefix("/v1")

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def json(self) -> Any:
        return json.loads(self.body)


Steps = bytes | list[bytes | Act]
Script = Steps | Callable[[Received], Steps]


def respond(status: int = 200, body: Any = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """Return a complete response. A body that is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Scripted\r\n{head}\r\n".encode("latin-1") + content


def echo_id(received: Received) -> bytes:
    """Respond with an object whose id is the last segment of the path."""
    return respond(200, {"id": received.target.rpartition("/")[2]})


def in_rounds_of(number: int) -> Script:
    """Respond only after this number of requests has arrived, so that a sequential client fails."""
    all_here = threading.Barrier(number)

    def respond_together(received: Received) -> bytes:
        all_here.wait(20)
        return echo_id(received)

    return respond_together


class Loopback(socketserver.ThreadingTCPServer):
    """Responds to each request with the next script; the last one is used for all further requests."""

    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, scripts: tuple[Script, ...], tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_address[1]}"
        self.requests: list[Received] = []
        self.over = threading.Event()
        self.failures: list[BaseException | None] = []
        self.sockets: list[socket.socket] = []
        self._scripts = list(scripts)
        self._tls = tls
        self._lock = threading.Lock()

    @property
    def connections(self) -> int:
        """The number of connections, with or without requests."""
        return len(self.sockets)

    @property
    def request(self) -> Received:
        """The only request that was received."""
        (only,) = self.requests
        return only

    def wait_until_closed(self) -> None:
        """Wait until the newest connection is closed on this side; over loopback, the client notices at once."""
        end = time.monotonic() + 10
        while self.sockets[-1].fileno() != -1:
            assert time.monotonic() < end, "the connection is still open"
            time.sleep(0.001)

    def get_request(self) -> tuple[socket.socket, Any]:
        accepted, address = super().get_request()
        if self._tls:
            accepted = self._tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        self.sockets.append(accepted)
        return accepted, address

    def next_steps(self, received: Received) -> list[bytes | Act]:
        with self._lock:
            self.requests.append(received)
            script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        step = script(received) if callable(script) else script
        return [step] if isinstance(step, bytes) else step

    def handle_error(self, request: Any, client_address: Any) -> None:
        self.failures.append(sys.exc_info()[1])

    def stop(self) -> None:
        self.over.set()
        self.shutdown()
        for accepted in self.sockets:  # also idle ones, for which the next line would wait
            with contextlib.suppress(OSError):
                accepted.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Connection(socketserver.StreamRequestHandler):
    server: Loopback

    def handle(self) -> None:
        number = self.server.sockets.index(self.request) + 1
        # Clients may disconnect at any time, and in many tests they do.
        with contextlib.suppress(OSError):
            while received := _read(self.rfile, number):
                for step in self.server.next_steps(received):
                    match step:
                        case bytes():
                            self.wfile.write(step)
                        case Act.HANG_UP:
                            return
                        case Act.RESET:
                            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                            self.request.close()
                            return
                        case Act.SILENCE:
                            self.server.over.wait(15)  # less than the default timeout, which no test uses
                            return
                        case Act.PAUSE:
                            self.server.over.wait(0.05)


def _read(stream: BufferedIOBase, connection: int) -> Received | None:
    line = stream.readline()
    if not line:
        return None
    method, target, _ = line.decode("ascii").split(" ")
    headers = http.client.parse_headers(stream)
    if headers["Transfer-Encoding"] == "chunked":
        body = b"".join(iter(functools.partial(_chunk, stream), b""))
    else:
        body = stream.read(int(headers["Content-Length"] or 0))
    return Received(method, target, headers, body, connection)


def _chunk(stream: BufferedIOBase) -> bytes:
    content = stream.read(int(stream.readline(), 16))
    stream.readline()
    return content


@contextlib.contextmanager
def serve(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    """Run a server that responds with the scripts, in order."""
    server = Loopback(scripts, tls)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    with mock.patch.dict(os.environ, ENVIRONMENT):
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()
    assert server.failures == []


@contextlib.contextmanager
def refused() -> Iterator[str]:
    """Yield a URL whose port is bound and not listening, so that connections are refused."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def send_by(way: str, request: Request[T], url: str, **options: Any) -> T:
    """Send with a new client: `Client`, or `AsyncClient` on asyncio or trio."""
    if way == "sync":
        with Client(KEY, base_url=url, **options) as client:
            return client.send(request)

    async def send() -> T:
        async with AsyncClient(KEY, base_url=url, **transport_of(way), **options) as client:
            return await client.send(request)

    return anyio.run(send, backend=backend_of(way))
