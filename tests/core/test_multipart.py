"""Uploads, parsed from the bytes that a server received by an independent parser."""

from __future__ import annotations

import email
import enum
import gzip
import io
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import anyio
import pytest

from clerk_bapi import AsyncClient, Client, File, InvalidArgument, Request, api
from tests.loopback import KEY, WAYS, Received, respond, send_by, serve

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) + b"\r\n\n\r"


class Part(NamedTuple):
    name: str
    filename: str | None
    content_type: str | None
    content: bytes


def boundary_of(received: Received) -> bytes:
    assert received.headers.get_content_type() == "multipart/form-data"
    return str(received.headers.get_param("boundary")).encode()


def parts_of(received: Received) -> list[Part]:
    """Return the parts between the delimiters (RFC 7578), each with its headers parsed."""
    first, *between, last = (b"\r\n" + received.body).split(b"\r\n--" + boundary_of(received))
    assert (first, last) == (b"", b"--\r\n")
    return [_part(part) for part in between]


def _part(part: bytes) -> Part:
    before, _, rest = part.partition(b"\r\n")
    assert before == b""
    head, _, content = rest.partition(b"\r\n\r\n")
    headers = email.message_from_string(head.decode())
    assert set(headers.keys()) <= {"Content-Disposition", "Content-Type"}
    found = re.fullmatch(r'form-data; name="([^"\r\n]+)"(?:; filename="([^"\r\n]*)")?', headers["Content-Disposition"])
    assert found
    name, filename = found.groups()
    return Part(name, filename and _unescaped(filename), headers["Content-Type"], content)


def _unescaped(filename: str) -> str:
    """Undo the escapes of the HTML standard, and those of backslashes, which httpx adds (RFC 2616, quoted strings)."""
    for escaped, plain in (("%0A", "\n"), ("%0D", "\r"), ("%22", '"'), ("\\\\", "\\")):
        filename = filename.replace(escaped, plain)
    return filename


UPLOADS: dict[str, Callable[[Any], Request[Any]]] = {
    "POST /users/o_1/profile_image": lambda file: api.set_user_profile_image("o_1", file=file),
    "PUT /organizations/o_1/logo": lambda file: api.upload_organization_logo("o_1", file=file),
    "PUT /oauth_applications/o_1/logo": lambda file: api.upload_oauth_application_logo("o_1", file=file),
}


def uploaded(request: Request[Any], way: str = "sync") -> Received:
    with serve(respond(200, {"id": "o_1"})) as server:
        assert send_by(way, request, server.url).id == "o_1"
    return server.request


def uploaded_file(file: Any, way: str = "sync") -> Part:
    (part,) = parts_of(uploaded(api.set_user_profile_image("user_1", file=file), way))
    return part


# -- accepted files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("upload", UPLOADS)
def test_every_upload_operation_sends_the_file(upload: str, way: str) -> None:
    received = uploaded(UPLOADS[upload](File(PNG, "me.png")), way)
    assert f"{received.method} {received.target}" == upload
    assert parts_of(received) == [Part("file", "me.png", "image/png", PNG)]
    assert received.headers["Authorization"] == f"Bearer {KEY}"
    assert received.headers["Content-Length"] == str(len(received.body))
    assert len(received.headers.get_all("Content-Type", [])) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("upload", [api.upload_organization_logo, api.upload_oauth_application_logo])
def test_other_fields_are_sent_with_the_file(upload: Callable[..., Request[Any]], way: str) -> None:
    request = upload("o_1", file=PNG, uploader_user_id='user_"ä"\r\n--1')
    assert sorted(parts_of(uploaded(request, way))) == [
        Part("file", "file", "application/octet-stream", PNG),
        Part("uploader_user_id", None, None, 'user_"ä"\r\n--1'.encode()),
    ]


class Id(str, enum.Enum):  # noqa: UP042 - as code older than StrEnum has them
    ADA = "user_1"


@pytest.mark.parametrize(("value", "text"), [(Id.ADA, b"user_1"), (10.0, b"10"), (True, b"true"), ("", b"")])
def test_fields_are_written_as_in_a_query(value: Any, text: bytes) -> None:
    received = uploaded(api.upload_organization_logo("org_1", file=PNG, uploader_user_id=value))
    assert {part.name: part.content for part in parts_of(received)} == {"file": PNG, "uploader_user_id": text}


@pytest.mark.parametrize("way", WAYS)
def test_bytes_are_named_after_the_argument(way: str) -> None:
    """Servers reject parts without a file name."""
    assert uploaded_file(PNG, way) == Part("file", "file", "application/octet-stream", PNG)
    assert uploaded_file(b"", way).content == b""


@pytest.mark.parametrize("way", WAYS)
def test_bytesio_is_named_after_the_argument(way: str) -> None:
    file = io.BytesIO(PNG)
    assert uploaded_file(file, way) == Part("file", "file", "application/octet-stream", PNG)
    assert not file.closed


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a b.png", "image/png"),
        ("logo.SVG", "image/svg+xml"),
        ("ünï.jpeg", "image/jpeg"),
        ("no_ending", "application/octet-stream"),
        ("a.unknown_ending", "application/octet-stream"),
    ],
)
def test_open_file_is_named_after_its_path(way: str, name: str, content_type: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(PNG)
    with path.open("rb") as file:
        assert uploaded_file(file, way) == Part("file", name, content_type, PNG)
        assert not file.closed
    with open(os.fsencode(path), "rb") as file:  # noqa: PTH123 - gives the file a name of bytes
        assert uploaded_file(file, way).filename == "file"


@pytest.mark.parametrize("opened", [tempfile.TemporaryFile, tempfile.SpooledTemporaryFile])
def test_unflushed_temporary_file_is_sent(opened: Callable[[], BinaryIO]) -> None:
    with opened() as file:
        file.write(PNG)
        assert uploaded_file(file) == Part("file", "file", "application/octet-stream", PNG)


@pytest.mark.parametrize("content", [PNG, io.BytesIO(PNG)], ids=["bytes", "object"])
def test_file_can_have_a_name_and_content_type(content: Any) -> None:
    assert uploaded_file(File(content, "me.png", "image/x-own")) == Part("file", "me.png", "image/x-own", PNG)
    assert uploaded_file(File(content, "me.gif")).content_type == "image/gif"


def test_name_of_file_overrides_that_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "on_disk.png"
    path.write_bytes(PNG)
    with path.open("rb") as content:
        assert uploaded_file(File(content, "told.gif")) == Part("file", "told.gif", "image/gif", PNG)


@pytest.mark.parametrize(
    "filename",
    ['"quoted".png', "a\r\nX-Evil: 1\r\n\r\n.png", "a;filename=b.png", "日本 🦊.png", "back\\slash.png", "%22"],
)
def test_any_file_name_is_escaped(filename: str) -> None:
    part = uploaded_file(File(PNG, filename, "image/png"))
    assert part == Part("file", filename, "image/png", PNG) or (filename, part.filename) == ("%22", '"')


@pytest.mark.parametrize(
    "content",
    [
        b"--",
        b"\r\n--\r\n",
        b"--boundary\r\n--boundary--\r\n",
        b"\r\n" + b"-" * 70 + b"\r\n",
        b'\r\nContent-Disposition: form-data; name="uploader_user_id"\r\n\r\nuser_evil',
    ],
)
def test_content_may_contain_delimiters(content: bytes) -> None:
    assert uploaded_file(content).content == content


def test_delimiters_are_random() -> None:
    """A predictable delimiter could be part of the next file."""
    request = api.set_user_profile_image("user_1", file=PNG)
    with serve(respond(200, {})) as server, Client(KEY, base_url=server.url) as client:
        for _ in range(3):
            client.send(request)
        known = boundary_of(server.requests[-1])
        evil = b"\r\n--" + known + b"--\r\n"
        client.users.set_profile_image("user_1", file=evil)
    assert len({boundary_of(received) for received in server.requests}) == 4
    assert parts_of(server.requests[-1])[0].content == evil


def test_large_file_is_sent_completely(tmp_path: Path) -> None:
    content = os.urandom(1 << 20) * 5
    path = tmp_path / "large.bin"
    path.write_bytes(content)
    with path.open("rb") as file:
        for way in WAYS:
            assert uploaded_file(file, way).content == content


def test_partly_read_file_is_sent_completely(tmp_path: Path) -> None:
    """For example after its first bytes were read to detect its type."""
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        assert file.read(4) == b"\x89PNG"
        assert uploaded_file(file).content == PNG


def test_request_with_a_file_can_be_resent() -> None:
    request = api.set_user_profile_image("user_1", file=io.BytesIO(PNG))
    assert [parts_of(uploaded(request, way))[0].content for way in WAYS] == [PNG] * len(WAYS)


# -- files of unknown length ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_pipe_is_sent_completely(way: str) -> None:
    """For example standard input: `... | python upload.py`."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as end:
        end.write(PNG)
    with os.fdopen(reading, "rb") as file:
        assert uploaded_file(file, way).content == PNG


def test_gzip_file_is_decompressed_and_sent_completely(tmp_path: Path) -> None:
    path = tmp_path / "logo.svg.gz"
    content = b"<svg/>" * 1000
    path.write_bytes(gzip.compress(content))
    with gzip.open(path, "rb") as file:
        assert uploaded_file(file).content == content


class Stream(io.RawIOBase):
    """A stream that can be read once, and has neither `seek` nor a length."""

    def __init__(self, content: bytes) -> None:
        self._left = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._left.read(min(len(buffer), 7))
        buffer[: len(content)] = content
        return len(content)


@pytest.mark.parametrize("way", WAYS)
def test_stream_is_sent_completely(way: str) -> None:
    assert uploaded_file(Stream(PNG), way).content == PNG


def test_tasks_upload_concurrently() -> None:
    async def run() -> None:
        async with AsyncClient(KEY, base_url=server.url) as client, anyio.create_task_group() as group:
            for number in range(10):
                image = File(PNG + bytes([number]), f"{number}.png")
                group.start_soon(lambda image=image: client.users.set_profile_image("user_1", file=image))

    with serve(respond(200, {})) as server:
        anyio.run(run)
    got = sorted(parts_of(received)[0] for received in server.requests)
    assert got == [Part("file", f"{number}.png", "image/png", PNG + bytes([number])) for number in range(10)]


# -- rejected files ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("upload", UPLOADS)
@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        "",
        None,
        5,
        True,
        [PNG],
        bytearray(PNG),
        Path("me.png"),
        io.StringIO("text"),
        ("me.png", PNG, "image/png"),
    ],
    ids=lambda it: f"{type(it).__name__} {it!r:.10}",
)
def test_rejects_what_is_not_a_file_and_names_the_argument(upload: str, wrong: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        UPLOADS[upload](wrong)
    assert caught.value.argument == "file"


def test_rejects_a_file_opened_as_text_and_names_the_argument(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text("<svg/>")
    with path.open(encoding="utf-8") as file, pytest.raises(InvalidArgument, match="text") as caught:
        api.set_user_profile_image("user_1", file=file)
    assert caught.value.argument == "file"


@pytest.mark.parametrize("content", ["text", None, 5, io.StringIO("text"), [b"x"]], ids=lambda it: type(it).__name__)
def test_rejects_a_file_whose_content_is_not_bytes(content: Any) -> None:
    with pytest.raises(InvalidArgument):
        api.set_user_profile_image("user_1", file=File(content, "me.png"))


def test_closed_file_raises_value_error(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    with path.open("rb") as file:
        request = api.set_user_profile_image("user_1", file=file)
    with serve(respond(200, {})) as server, pytest.raises(ValueError, match="closed"):
        send_by("sync", request, server.url)
    assert server.requests == []


@pytest.mark.parametrize("filename", ["", "\udcff.png"])
def test_rejects_an_invalid_file_name(filename: str) -> None:
    with pytest.raises(InvalidArgument):
        api.set_user_profile_image("user_1", file=File(PNG, filename, "image/png"))


def test_file_name_that_is_not_utf_8_is_replaced() -> None:
    """On Linux, names are bytes. Python decodes invalid UTF-8 to lone surrogates, which cannot be encoded again."""
    file = io.BytesIO(PNG)
    file.name = os.fsdecode(b"folder/\xff.png")
    part = uploaded_file(file)
    assert part.content == PNG
    assert part.filename


@pytest.mark.parametrize("content_type", ["image/png\r\nX-Evil: 1", "image/png\n", "imäge/png", "\udcff"])
def test_rejects_an_invalid_content_type(content_type: str) -> None:
    with pytest.raises(InvalidArgument):
        api.set_user_profile_image("user_1", file=File(PNG, "me.png", content_type))


@pytest.mark.parametrize("value", [None, ["user_1"], b"user_1", "\ud800"])
def test_rejects_an_invalid_field_and_names_the_argument(value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        api.upload_organization_logo("org_1", file=PNG, uploader_user_id=value)
    assert caught.value.argument == "uploader_user_id"
