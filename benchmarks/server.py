"""A server that responds to each request with one fixed user.

`python server.py USER.json` prints its port, and serves until stdin is closed, so that it never outlives its parent.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

_HEAD_END = b"\r\n\r\n"
_REFUSED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"


def _response(body: bytes) -> bytes:
    """Return a response with headers like those of the API, because reading them is part of a call."""
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Date: Tue, 12 May 2026 08:00:00 GMT\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-cache\r\n"
        "Server: cloudflare\r\n"
        "CF-RAY: 8a1b2c3d4e5f6789-FRA\r\n"
        "X-Clerk-Trace-Id: 0123456789abcdef0123456789abcdef\r\n"
        "Strict-Transport-Security: max-age=63072000; includeSubDomains; preload\r\n"
    )
    return head.encode() + b"\r\n" + body


class _Canned(asyncio.Protocol):
    """Serves HTTP/1.1 with keep-alive, for requests without a body."""

    def __init__(self, response: bytes) -> None:
        self._response = response
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert isinstance(self._transport, asyncio.Transport)
        *heads, self._seen = (self._seen + data).split(_HEAD_END)
        for head in heads:
            # A request without the key is not an API call.
            self._transport.write(self._response if b"\r\nauthorization: bearer " in head.lower() else _REFUSED)


async def _serve(body: bytes) -> None:
    response = _response(body)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Canned(response), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]).read_bytes()))
