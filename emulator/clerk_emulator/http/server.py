"""Serve an emulator with uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from clerk_emulator.http import app
from clerk_emulator.http.access_log import AccessLog
from clerk_emulator.request.state import State

_HTTPProtocol: Any = AutoHTTPProtocol
"""With httptools if it is installed, otherwise with h11."""


_CONTINUE = b"HTTP/1.1 100 "
"""What a part begins with that no other follows until the client has sent the body."""


class _JoiningTransport:
    """A transport that sends two parts that are written one after the other, a head and its body, at once.

    uvicorn writes them separately, which takes two system calls and wakes the client twice.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send a second part together with the first, which is kept until then, or until `flush`."""
        if self._head:
            self._transport.write(self._head + data)
            self._head = b""
        elif data.startswith(_CONTINUE):
            self._transport.write(data)
        else:
            self._head = data

    def close(self) -> None:
        """Send what was written, and close the transport."""
        self.flush()
        self._transport.close()

    def flush(self) -> None:
        """Send what was kept. The response to a HEAD request has one part."""
        if self._head:
            self._transport.write(self._head)
            self._head = b""


class _Protocol(_HTTPProtocol):  # type: ignore[misc]
    """HTTP/1.1 that records its open connections, so that a fault can close one."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(_JoiningTransport(transport))  # pyright: ignore[reportUnknownMemberType]
        if self.client:
            app.CONNECTIONS[self.client] = transport

    def on_response_complete(self) -> None:
        self.transport.flush()
        super().on_response_complete()  # pyright: ignore[reportUnknownMemberType]

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)  # pyright: ignore[reportUnknownMemberType]
        if self.client:
            app.CONNECTIONS.pop(self.client, None)


class Server(uvicorn.Server):
    """A server that can also serve https, at a socket of its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._https: tuple[socket.socket, ssl.SSLContext] | None = None

    def serve_https(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        """Also accept https connections, at a listening socket. Call it before the server runs."""
        self._https = listener, context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        if self._https is None:
            return
        listener, context = self._https

        def create_protocol() -> asyncio.Protocol:
            protocol: asyncio.Protocol = _Protocol(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )
            return protocol

        loop = asyncio.get_running_loop()
        self.servers.append(await loop.create_server(create_protocol, sock=listener, ssl=context))


def uvicorn_config(state: State, *, access_log: bool = False, packages: Path | None = None) -> uvicorn.Config:
    """Return uvicorn's configuration for an emulator.

    `access_log` prints a line for each request. `packages` is the folder that has Clerk's browser scripts.
    """
    application = app.create_app(state, packages)
    return uvicorn.Config(
        AccessLog(application) if access_log else application,
        http=_Protocol,
        ws="none",
        lifespan="on",
        loop="auto",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # see `proxies.resolve_forwarded`
        # Longer than clients keep idle connections, or a request could be sent on one that the server just closes.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )


def origin_of(host: str, port: int, scheme: str = "http") -> str:
    """Return the origin of a server that listens on an address, such as http://127.0.0.1:4010.

    For one that listens on all addresses it is the origin for clients of this machine.
    """
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - not where to listen
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Return a listening socket; port 0 picks a free port.

    Raises ValueError for an invalid port, and OSError with the port in its text if it is not available.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"port: {port} is not between 0 and 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY, which small responses need, only if the socket's protocol is given as TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    with contextlib.ExitStack() as stack:
        stack.callback(listener.close)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2048)
        except OSError as error:
            raise type(error)(error.errno, f"cannot listen on port {port} of {host}: {error.strerror}") from None
        stack.pop_all()
    return listener
