"""Attacks on the emulator."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

import httpx
import pytest

from clerk_emulator import Emulator
from clerk_emulator.__main__ import main
from clerk_emulator.domain.images import IMAGE_LIMIT
from tests.emulator.api import Api
from tests.emulator.http.test_server import running
from tests.emulator.population import PIXEL

CLIMBS = [
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%5c..%5cwindows",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "default%00.svg",
    "' OR 1=1 --".replace(" ", "%20"),
]


def exchange(emulator: Emulator, sent: bytes) -> bytes:
    """Return all bytes that the server sends in response, until it closes the connection."""
    with socket.create_connection(("127.0.0.1", int(emulator.origin.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        held = b""
        while part := connection.recv(65536):
            held += part
    return held


@pytest.mark.parametrize("place", ["/images/", "/v1/images/", "/static/", "/", "/v1/", "/v1/users/", "/.well-known/"])
@pytest.mark.parametrize("climb", CLIMBS)
def test_paths_do_not_reach_files(emulator: Emulator, place: str, climb: str) -> None:
    key = emulator.secret_key.encode()
    response = exchange(
        emulator, b"GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % ((place + climb).encode(), key)
    )
    status = int(response[9:12])
    assert b"root:" not in response
    # All unknown image names get the same response.
    assert status == 404 or (place == "/images/" and status == 200 and b"<svg" in response)


def test_rejects_uploads_that_are_not_images(api: Api, emulator: Emulator) -> None:
    user = api.user()["id"]
    for content in (b"<html><script>alert(1)</script>", b"<svg onload='alert(1)'/>", b"%PDF-1.7", b"", b"\x89PNG"):
        problem = api.refused("POST", f"/users/{user}/profile_image", files={"file": ("x.png", content, "image/png")})
        assert (problem.status, problem.codes) == (400, ["request_body_invalid"])
    # The media type is detected from the content, and the file name is not used.
    claimed = {"file": ("../../x.html", PIXEL + b"<script>alert(1)</script>", "text/html")}
    image_url = api.post(f"/users/{user}/profile_image", files=claimed)["image_url"]
    assert re.fullmatch(rf"{emulator.origin}/images/img_\w{{27}}", image_url)
    served = httpx.get(image_url, trust_env=False)
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"


def test_rejects_image_above_size_limit(api: Api) -> None:
    user = api.user()["id"]
    path = f"/users/{user}/profile_image"
    largest = PIXEL.ljust(IMAGE_LIMIT, b"\x00")
    assert api.post(path, files={"file": ("x.png", largest, "image/png")})["has_image"]
    problem = api.refused("POST", path, files={"file": ("x.png", largest + b"\x00", "image/png")})
    assert (problem.status, problem.codes) == (413, ["image_too_large"])
    problem = api.refused("POST", path, files={"file": ("x.png", largest + bytes(3 * 1024 * 1024), "image/png")})
    assert (problem.status, problem.codes) == (413, ["request_body_too_large"])


def test_rejects_large_content_length_without_reading_body(emulator: Emulator) -> None:
    """The request is rejected before its body is read."""
    key = emulator.secret_key.encode()
    response = exchange(
        emulator,
        b"POST /v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: 99999999999\r\n\r\n{" % key,
    )
    assert response.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: +5",
        b"Content-Length: -5",
        b"Content-Length: 0x5",
        b"Content-Length : 5",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: \x0bchunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Host: y\r\nContent-Length: 5",
        b"X: a\x00b\r\nContent-Length: 5",
        b"X: a\rContent-Length: 5",
        b": x\r\nContent-Length: 5",
    ],
)
def test_rejects_request_smuggling(emulator: Emulator, lines: bytes) -> None:
    """The request is rejected, and later bytes on its connection are not processed."""
    smuggled = b"GET /v1/jwks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % emulator.secret_key.encode()
    response = exchange(emulator, b"POST /v1/users HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n\r\n0\r\n\r\n" + smuggled)
    assert response.startswith(b"HTTP/1.1 400 ")
    assert response.count(b"HTTP/1.1 ") == 1


def test_values_do_not_inject_headers(emulator: Emulator, api: Api) -> None:
    """Values from requests do not appear in response headers."""
    for path in (
        "/users/%0d%0aSet-Cookie:%20x=1",
        "/nope%0d%0aSet-Cookie:%20x=1",
        "/users?limit=%0d%0aSet-Cookie:%20x",
    ):
        response = api.http.get(path)
        assert response.status_code in (404, 422)
        assert set(response.headers) <= {"date", "content-type", "content-length", "connection"}


def test_rejects_partial_keys(emulator: Emulator, api: Api) -> None:
    key = emulator.secret_key
    for wrong in (key[:-1], key + "x", key.upper(), key.replace("test", "live"), emulator.publishable_key, "sk_test_"):
        problem = api.refused("GET", "/users", headers={"Authorization": f"Bearer {wrong}"})
        assert (problem.status, problem.codes) == (401, ["clerk_key_invalid"])
    assert api.refused("GET", f"/users?secret_key={key}", headers={"Authorization": ""}).status == 401


def test_responses_do_not_contain_secret_key(emulator: Emulator, api: Api) -> None:
    responses = [
        api.http.get("/users", headers={"Authorization": f"Basic {emulator.secret_key}"}),
        api.http.get("/nope"),
        api.http.post("/users", content=b"{"),
        api.http.get("/jwks"),
        api.http.get("/instance"),
    ]
    for response in responses:
        assert emulator.secret_key not in response.text
        assert "PRIVATE KEY" not in response.text
        assert '"d":' not in response.text


def test_seed_reads_only_the_named_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code.yaml").write_text("users: !!python/object/apply:os.system ['touch made']")
    (tmp_path / "bomb.yaml").write_text("x: &a [1]\n" + "".join(f"y{n}: &b{n} [*a, *a]\n" for n in range(3)))
    (tmp_path / "image.yaml").write_text("users: [{username: ada_l, image: /etc/passwd}]")
    (tmp_path / "key.yaml").write_text("keys: {secret_key: sk_live_x}")
    for name in ("code.yaml", "bomb.yaml", "image.yaml", "key.yaml", "no such", ".", "/etc/passwd"):
        assert main(["--port", "0", "--seed", name]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err.startswith("clerk_emulator: ")
        assert "root:" not in said.err
        assert "sk_live_x" not in said.err
    assert {path.name for path in tmp_path.iterdir()} == {"code.yaml", "bomb.yaml", "image.yaml", "key.yaml"}


def test_database_is_readable_by_owner_only(tmp_path: Path) -> None:
    """The file contains secret keys, so other users of the machine cannot read it."""
    db = tmp_path / "clerk.db"
    before = os.umask(0o022)
    try:
        with running("--db", str(db)) as program, program.http() as http:
            http.post("/users", json={"username": "ada_l"}).raise_for_status()
            for path in tmp_path.iterdir():
                assert path.stat().st_mode & 0o077 == 0, path
    finally:
        os.umask(before)
