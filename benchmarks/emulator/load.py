"""Servers in other processes, and cheap requests to them over plain sockets."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from benchmarks.emulator.bare import SECRET_KEY
from benchmarks.environments import ROOT
from benchmarks.measures import running

_CONNECTIONS = 4
"""The number of connections, each with a pending request, so that the server never waits for one."""


@dataclass(frozen=True)
class Request:
    """A request."""

    target: str
    body: Any = None
    method: str = ""
    """By default GET, or POST with a body."""

    def encoded(self, key: str = SECRET_KEY) -> bytes:
        """Return the bytes of the request, with a secret key."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        head = (
            f"{self.method or ('GET' if self.body is None else 'POST')} /v1{self.target} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


@dataclass(frozen=True)
class Cost:
    """What a request takes, in seconds: of the server's processor time, and of elapsed time."""

    processor: float
    elapsed: float


class Server:
    """A server in another process. `keys` are its secret keys, which requests use in turn."""

    def __init__(self, process: subprocess.Popen[str], port: int, keys: Sequence[str] = (SECRET_KEY,)) -> None:
        self._process = process
        self._port = port
        self._keys = cycle(keys)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    def ask(self, request: Request) -> Any:
        """Send a request, and return the body of its response."""
        with connected(self._port) as connection:
            connection.sendall(request.encoded(next(self._keys)))
            return json.loads(read_response(connection))

    def seconds(self, requests: Sequence[Request]) -> float:
        """Return the server's processor time for each of these requests, which must all succeed."""
        return self.cost(requests).processor

    def cost(self, requests: Sequence[Request]) -> Cost:
        """Return what each of these requests takes, which must all succeed."""
        encoded = [request.encoded(next(self._keys)) for request in requests]
        with ExitStack() as stack:
            # New connections, because servers close idle ones; opened here, because that is not measured.
            connections = [stack.enter_context(connected(self._port)) for _ in range(_CONNECTIONS)]
            _exchange(connections, [Request("/users?limit=1").encoded(next(self._keys))] * _CONNECTIONS)
            before, begun = self.used()["seconds"], time.perf_counter()
            _exchange(connections, encoded)
            elapsed = time.perf_counter() - begun
            return Cost((self.used()["seconds"] - before) / len(requests), elapsed / len(requests))

    def used(self) -> dict[str, float]:
        """Return the server's processor time in `seconds` and its peak memory in `bytes`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        used: dict[str, float] = json.loads(self._process.stdout.readline())
        return used


@contextmanager
def server(module: str, *arguments: str) -> Iterator[Server]:
    """Run a server, a `module` of this package, until the context ends."""
    command = [sys.executable, "-m", f"benchmarks.emulator.{module}", *arguments]
    with running(command, cwd=ROOT) as process:
        assert process.stdout
        yield Server(process, int(process.stdout.readline()))


def connected(port: int) -> socket.socket:
    """Open a connection with TCP_NODELAY."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _exchange(connections: Sequence[socket.socket], requests: Sequence[bytes]) -> None:
    """Send requests over the connections in turn. Until all are sent, each connection has one that is pending."""
    pending: deque[socket.socket] = deque()
    for connection, request in zip(cycle(connections), requests, strict=False):
        if len(pending) == len(connections):
            read_response(pending.popleft())
        connection.sendall(request)
        pending.append(connection)
    for connection in pending:
        read_response(connection)


def read_response(connection: socket.socket) -> bytes:
    """Return the body of the next response. Raises RuntimeError for an error response."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += _more(connection)
    head, _, body = held.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        while not body.endswith(b"\r\n0\r\n\r\n"):
            body += _more(connection)
        body = _unchunked(body)
    else:
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += _more(connection)
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{head.decode()}\n{body.decode()}")
    return body


def _unchunked(body: bytes) -> bytes:
    content = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        content += body[: int(size, 16)]
        body = body[int(size, 16) + 2 :]
    return content


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(1 << 20)
    if not chunk:
        raise RuntimeError("the server has closed the connection")
    return chunk
