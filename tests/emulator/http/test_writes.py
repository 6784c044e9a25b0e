"""The head and the body of a response are sent at once."""

from __future__ import annotations

import asyncio
import socket

import pytest

from clerk_emulator import Emulator
from clerk_emulator.http.server import _JoiningTransport  # pyright: ignore[reportPrivateUsage]


class RecordingTransport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "/v1/users", b"[]"), ("GET", "/images/default", b"</svg>"), ("HEAD", "/images/default", b"\r\n\r\n")],
)
def test_response_arrives_at_once(emulator: Emulator, method: str, path: str, body: bytes) -> None:
    with socket.create_connection(("127.0.0.1", int(emulator.origin.rpartition(":")[2])), timeout=5) as connection:
        for _ in range(2):
            key = f"Authorization: Bearer {emulator.secret_key}"
            connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{key}\r\n\r\n".encode())
            received = connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200 OK\r\n")
            assert received.endswith(body)


def test_client_is_told_to_continue(emulator: Emulator) -> None:
    body = b'{"username": "ada_1"}'
    with socket.create_connection(("127.0.0.1", int(emulator.origin.rpartition(":")[2])), timeout=5) as connection:
        for status in (b"200 OK", b"422 "):
            connection.sendall(
                b"POST /v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
                + f"Authorization: Bearer {emulator.secret_key}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            )
            assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(body)
            assert connection.recv(65536).startswith(b"HTTP/1.1 " + status)


def test_two_parts_are_sent_at_once_and_further_ones_in_order() -> None:
    inner = RecordingTransport()
    transport = _JoiningTransport(inner)
    for part in (b"head ", b"body ", b"next head ", b"next body ", b"alone"):
        transport.write(part)
    assert inner.sent == [b"head body ", b"next head next body "]
    for _ in range(2):
        transport.flush()
        assert inner.sent == [b"head body ", b"next head next body ", b"alone"]


def test_single_part_is_sent_before_the_connection_is_closed() -> None:
    inner = RecordingTransport()
    transport = _JoiningTransport(inner)
    transport.write(b"400")
    transport.close()
    assert (inner.sent, inner.closed) == ([b"400"], True)


def test_other_methods_are_those_of_the_transport() -> None:
    assert _JoiningTransport(RecordingTransport()).get_extra_info("peername") == ("127.0.0.1", 1)
