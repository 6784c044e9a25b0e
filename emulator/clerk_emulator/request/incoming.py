"""The HTTP request as `clerk_emulator.http` passes it on, and how its body is read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from clerk_emulator import errors
from clerk_emulator.call import Upload
from clerk_emulator.contract.specification import Operation
from clerk_emulator.json_types import Json

JSON_LIMIT = 2 * 1024 * 1024
UPLOAD_LIMIT = 12 * 1024 * 1024
"""Largest body in bytes, without and with a file. Our choice."""

_MAX_FORM_FIELDS = 20


class ClientDisconnectedError(Exception):
    """The client closed the connection before it had sent the whole request."""


class Headers(dict[str, str]):
    """The headers of a request by lower-case name. Of a header that was sent more than once, the first value."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        super().__init__()
        self.repeated: set[str] = set()
        """The names of headers that were sent more than once."""
        for raw_name, value in raw:
            name = raw_name.decode("latin-1")
            if name in self:
                self.repeated.add(name)
            else:
                self[name] = value.decode("latin-1")


@dataclass
class IncomingRequest:
    """An HTTP request whose body is read on demand."""

    method: str
    path: str
    """The path as sent: percent-encoded, without the query."""
    query_string: str
    headers: Headers
    origin: str
    """The origin of the URL, such as http://127.0.0.1:4010."""
    client_ip: str
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
    """Returns the next ASGI message, which has a part of the body."""
    content: bytes = b""
    """The body, once it has been read."""

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The names and values in the query."""
        return parse_qsl(self.query_string, keep_blank_values=True) if self.query_string else []

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name; those that are malformed are left out."""
        found: dict[str, str] = {}
        for part in self.headers.get("cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name:
                found.setdefault(name, value)
        return found

    def single_header(self, name: str) -> str | None:
        """Return a header's value; None if it is missing or was sent more than once."""
        return None if name in self.headers.repeated else self.headers.get(name)

    async def read(self, limit: int) -> bytes:
        """Return the body. Raises Clerk's 413 if it has more than `limit` bytes, and ClientDisconnectedError."""
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            raise errors.body_too_large(limit)
        received = bytearray()
        more = True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            received += message.get("body", b"")
            if len(received) > limit:
                raise errors.body_too_large(limit)
            more = message.get("more_body", False)
        self.content = bytes(received)
        return self.content

    async def form(self, operation: Operation) -> tuple[Json, dict[str, Upload]]:
        """Return the fields and files of a form. Raises Clerk's errors for an invalid form, or one without a file."""
        raw = await self.read(UPLOAD_LIMIT)
        if not raw:
            raise errors.missing_file()
        content_type = self.headers.get("content-type", "")
        if content_type.partition(";")[0].strip().lower() != operation.body_type:
            raise errors.unsupported_content_type(operation.body_type)
        fields, files = await _parse_form(content_type, raw)
        known = (operation.body or {})["properties"]
        for name in [*fields, *files]:
            if name not in known:
                raise errors.unknown(name)
        if "file" not in files:
            raise errors.missing_file()
        return fields, files


async def _parse_form(content_type: str, raw: bytes) -> tuple[Json, dict[str, Upload]]:
    # Imported on first use, because an emulator starts faster without it.
    from starlette import datastructures
    from starlette.formparsers import MultiPartException, MultiPartParser

    class Parser(MultiPartParser):
        is_complete = False

        def on_end(self) -> None:
            self.is_complete = True

    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw
        if not parser.is_complete:
            # Raised here, so that the parser closes the files of the parts that it has begun.
            raise MultiPartException("the last boundary is missing")

    headers = datastructures.Headers({"content-type": content_type})
    parser = Parser(headers, stream(), max_files=_MAX_FORM_FIELDS, max_fields=_MAX_FORM_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, AssertionError):
        raise errors.unreadable_body("it is not a form") from None
    files = {
        name: Upload(await value.read(), value.content_type or "")
        for name, value in form.multi_items()
        if isinstance(value, datastructures.UploadFile)
    }
    fields: Json = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    await form.close()
    return fields, files
