"""Servers in other processes, and cheap requests to them over plain sockets."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
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

    def encoded(self) -> bytes:
        """Return the bytes of the request, with the secret key."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        head = (
            f"{'GET' if self.body is None else 'POST'} /v1{self.target} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nAuthorization: Bearer {SECRET_KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content


class Server:
    """A server in another process."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self._port = port

    def ask(self, request: Request) -> Any:
        """Send a request, and return the body of its response."""
        with connected(self._port) as connection:
            connection.sendall(request.encoded())
            return json.loads(read_response(connection))

    def seconds(self, requests: Sequence[Request]) -> float:
        """Return the server's processor time for each of these requests, which must all succeed."""
        encoded = [request.encoded() for request in requests]
        with ExitStack() as stack:
            # New connections, because servers close idle ones; opened here, because that is not measured.
            connections = [stack.enter_context(connected(self._port)) for _ in range(_CONNECTIONS)]
            _exchange(connections, [Request("/users?limit=1").encoded()] * _CONNECTIONS)
            before = self.used()["seconds"]
            for start in range(0, len(encoded), _CONNECTIONS):
                _exchange(connections, encoded[start : start + _CONNECTIONS])
            return (self.used()["seconds"] - before) / len(requests)

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
    pairs = list(zip(connections, requests, strict=False))
    for connection, request in pairs:
        connection.sendall(request)
    for connection, _ in pairs:
        read_response(connection)


def read_response(connection: socket.socket) -> bytes:
    """Return the body of the next response. Raises RuntimeError for an error response."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += _more(connection)
    head, _, body = held.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"{head.decode()}\n{body.decode()}")
    return body


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(1 << 20)
    if not chunk:
        raise RuntimeError("the server has closed the connection")
    return chunk
