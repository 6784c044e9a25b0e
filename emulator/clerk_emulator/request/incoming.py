"""The HTTP request as `clerk_emulator.http` passes it on, and how its body is read."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from clerk_emulator import errors
from clerk_emulator.call import Upload
from clerk_emulator.contract.specification import Operation
from clerk_emulator.json_types import Json

JSON_LIMIT = 2 * 1024 * 1024
UPLOAD_LIMIT = 12 * 1024 * 1024
"""Largest body in bytes, without and with a file. Our choice."""

_MAX_FORM_FIELDS = 20


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
    stream: AsyncIterator[bytes]
    """The chunks of the body."""
    content: bytes = b""
    """The body, once it has been read."""

    @property
    def query(self) -> list[tuple[str, str]]:
        """The names and values in the query."""
        return parse_qsl(self.query_string, keep_blank_values=True)

    def single_header(self, name: str) -> str | None:
        """Return a header's value; None if it is missing or was sent more than once."""
        values = self.headers.getlist(name)
        return values[0] if len(values) == 1 else None

    async def read(self, limit: int) -> bytes:
        """Return the body. Raises Clerk's 413 if it has more than `limit` bytes."""
        announced = self.headers.get("content-length", "")
        if announced.isdigit() and int(announced) > limit:
            raise errors.body_too_large(limit)
        received = bytearray()
        async for chunk in self.stream:
            received += chunk
            if len(received) > limit:
                raise errors.body_too_large(limit)
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
        fields, files = await _parse_form(self.headers, raw)
        known = (operation.body or {})["properties"]
        for name in [*fields, *files]:
            if name not in known:
                raise errors.unknown(name)
        if "file" not in files:
            raise errors.missing_file()
        return fields, files


async def _parse_form(headers: Headers, raw: bytes) -> tuple[Json, dict[str, Upload]]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    parser = MultiPartParser(headers, stream(), max_files=_MAX_FORM_FIELDS, max_fields=_MAX_FORM_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError, AssertionError):
        raise errors.unreadable_body("it is not a form") from None
    files = {
        name: Upload(await value.read(), value.content_type or "")
        for name, value in form.multi_items()
        if isinstance(value, UploadFile)
    }
    fields: Json = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    await form.close()
    return fields, files
