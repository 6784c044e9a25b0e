"""Images passed as path, bytes or open file: what is sent, and what is rejected before a request."""

from __future__ import annotations

import contextlib
import io
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from clerkkit import AsyncClerk, Clerk, ClerkError, File, InvalidArgument
from clerkkit.api.images import MAX_SIZE
from clerkkit.api.users import set_profile_image
from tests.core.test_multipart import Part, parts_of
from tests.loopback import KEY, WAYS, Act, Loopback, Received, backend_of, respond, serve, transport_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
GIF = b"GIF89a" + b"\0" * 40
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40
KINDS = {"png": PNG, "jpeg": JPEG, "gif": GIF, "webp": WEBP}

UPLOADS: dict[str, Callable[[Any, Any], Any]] = {
    "POST /users/x_1/profile_image": lambda clerk, image: clerk.users.set_profile_image("x_1", image),
    "PUT /organizations/x_1/logo": lambda clerk, image: clerk.organizations.upload_logo("x_1", image),
    "PUT /oauth_applications/x_1/logo": lambda clerk, image: clerk.oauth_applications.upload_logo("x_1", image),
}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve(respond(200, {"id": "x_1"})) as running:
        yield running


def upload(way: str, url: str, call: Callable[[Any, Any], Any], image: Any) -> None:
    if way == "sync":
        with Clerk(KEY, base_url=url) as clerk:
            assert call(clerk, image).id == "x_1"
        return

    async def send() -> None:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way)) as clerk:
            assert (await call(clerk, image)).id == "x_1"

    anyio.run(send, backend=backend_of(way))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", UPLOADS)
@pytest.mark.parametrize("given", [str, Path, os.PathLike])
def test_image_of_a_path_is_sent(way: str, operation: str, given: Any, tmp_path: Path, server: Loopback) -> None:
    class Entry(os.PathLike[str]):
        def __fspath__(self) -> str:
            return str(path)

    path = tmp_path / "me.png"
    path.write_bytes(PNG)
    upload(way, server.url, UPLOADS[operation], Entry() if given is os.PathLike else given(path))
    assert f"{server.request.method} {server.request.target}" == operation
    assert parts_of(server.request) == [Part("file", "me.png", "image/png", PNG)]
    assert server.request.headers["Content-Length"] == str(len(server.request.body))


def test_rejects_a_url() -> None:
    with pytest.raises(InvalidArgument, match=r"^file: is a URL, which is not fetched") as caught:
        Clerk(KEY).organizations.upload_logo("org_1", "https://example.com/logo.png?token=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_content_type_follows_from_the_first_bytes(kind: str, tmp_path: Path, server: Loopback) -> None:
    path = tmp_path / "misnamed.txt"
    path.write_bytes(KINDS[kind])
    with Clerk(KEY, base_url=server.url) as clerk, path.open("rb") as opened:
        for image in (path, KINDS[kind], opened, io.BytesIO(KINDS[kind]), File(KINDS[kind], "own.name", "text/plain")):
            clerk.users.set_profile_image("x_1", image)
        assert not opened.closed
    names = ["misnamed.txt", f"image.{kind}", "misnamed.txt", f"image.{kind}", "own.name"]
    parts = [parts_of(request)[0] for request in server.requests]
    assert parts == [Part("file", name, f"image/{kind}", KINDS[kind]) for name in names]


@pytest.mark.parametrize("operation", UPLOADS)
@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("missing.png", None, "No such file"),
        ("empty.png", b"", "is empty"),
        ("text.png", b"<svg/>", "not a JPEG, PNG, GIF or WebP"),
        ("sound.webp", b"RIFF\x24\0\0\0WAVEfmt ", "not a JPEG, PNG, GIF or WebP"),
        ("huge.png", PNG + b"\0" * MAX_SIZE, "10 MB"),
        ("a\0b.png", None, "null"),
    ],
    ids=lambda it: it if isinstance(it, str) and it.endswith((".png", ".webp")) else "",
)
def test_rejects_a_path_that_is_not_an_image_by_name(
    operation: str, name: str, content: bytes | None, problem: str, tmp_path: Path, server: Loopback
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for image in (tmp_path / name, str(tmp_path / name)):
        with Clerk(KEY, base_url=server.url) as clerk, pytest.raises(InvalidArgument, match=problem) as caught:
            UPLOADS[operation](clerk, image)
        assert caught.value.argument == "file"
        assert repr(str(tmp_path / name)) in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    "image",
    [b"", b"text", io.BytesIO(), io.StringIO("text"), None, 5, ["a.png"]],
    ids=lambda it: f"{type(it).__name__}",
)
def test_rejects_bytes_and_files_that_are_not_images(image: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        set_profile_image("x_1", image)
    assert caught.value.argument == "file"


def test_rejects_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="not a regular file"):
        set_profile_image("x_1", tmp_path)


def test_rejects_an_unreadable_file(tmp_path: Path) -> None:
    loop = tmp_path / "loop.png"
    loop.symlink_to(loop)  # also unreadable for root, who can read every file
    with pytest.raises(InvalidArgument, match="cannot be read"):
        set_profile_image("x_1", loop)


def test_rejects_a_file_that_was_deleted_before_sending(tmp_path: Path, server: Loopback) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(PNG)
    request = set_profile_image("x_1", path)
    path.unlink()
    with Clerk(KEY, base_url=server.url) as clerk, pytest.raises(InvalidArgument, match=r"me\.png"):
        clerk.send(request)
    assert server.requests == []


def open_files() -> set[str]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's list of open files")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "script", [respond(200, {"id": "x_1"}), respond(422, {"errors": []}), [Act.RESET]], ids=["ok", "refused", "reset"]
)
def test_file_of_a_path_is_always_closed(way: str, script: Any, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(PNG)
    with serve(script) as server, contextlib.suppress(ClerkError):
        upload(way, server.url, UPLOADS["POST /users/x_1/profile_image"], path)
    assert len(server.requests) == 1
    assert str(path) not in open_files()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["path", "object", "pipe"])
def test_retries_send_the_whole_image(way: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(PNG)
    image: Any = path
    if kind == "object":
        image = io.BytesIO(PNG)
    elif kind == "pipe":
        reading, writing = os.pipe()
        with os.fdopen(writing, "wb") as end:
            end.write(PNG)
        image = os.fdopen(reading, "rb")
    with serve(respond(429, {}, {"Retry-After": "0"}), respond(200, {"id": "x_1"})) as server:
        upload(way, server.url, UPLOADS["POST /users/x_1/profile_image"], image)
    if kind == "pipe":
        image.close()
    assert [parts_of(received)[0].content for received in server.requests] == [PNG, PNG]


def test_image_of_a_path_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    size = MAX_SIZE - 1000
    path.write_bytes(PNG + bytes(size - len(PNG)))
    got: list[int] = []

    def count(received: Received) -> bytes:
        got.append(len(received.body))
        return respond(200, {"id": "x_1"})

    with serve(count) as server, Clerk(KEY, base_url=server.url) as clerk:
        clerk.users.get("x_1")
        server.requests.clear()
        tracemalloc.start()
        clerk.users.set_profile_image("x_1", path)
        # The server runs in this process and holds the body twice: while reading, and when complete.
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert got[1] > size
    held_by_server = 2 * size
    assert peak < held_by_server + size / 2
