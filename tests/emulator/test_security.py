"""What somebody could try who wants more than to test with a Clerk that is none."""

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
from tests.emulator.population import PIXEL
from tests.emulator.test_server import running

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
    """All that comes back for some bytes, until the server has said its last word."""
    with socket.create_connection(("127.0.0.1", int(emulator.origin.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(sent)
        connection.shutdown(socket.SHUT_WR)
        held = b""
        while part := connection.recv(65536):
            held += part
    return held


@pytest.mark.parametrize("place", ["/images/", "/v1/images/", "/static/", "/", "/v1/", "/v1/users/", "/.well-known/"])
@pytest.mark.parametrize("climb", CLIMBS)
def test_no_path_leads_to_a_file(emulator: Emulator, place: str, climb: str) -> None:
    key = emulator.secret_key.encode()
    answer = exchange(
        emulator, b"GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % ((place + climb).encode(), key)
    )
    status = int(answer[9:12])
    assert b"root:" not in answer
    # Whatever an image could be called, those that nobody uploaded look alike.
    assert status == 404 or (place == "/images/" and status == 200 and b"<svg" in answer)


def test_what_is_not_an_image_is_never_served(api: Api, emulator: Emulator) -> None:
    user = api.user()["id"]
    for content in (b"<html><script>alert(1)</script>", b"<svg onload='alert(1)'/>", b"%PDF-1.7", b"", b"\x89PNG"):
        problem = api.refused("POST", f"/users/{user}/profile_image", files={"file": ("x.png", content, "image/png")})
        assert (problem.status, problem.codes) == (400, ["request_body_invalid"])
    # The type is the content's, not the one that was claimed; and the name leads nowhere.
    claimed = {"file": ("../../x.html", PIXEL + b"<script>alert(1)</script>", "text/html")}
    image_url = api.post(f"/users/{user}/profile_image", files=claimed)["image_url"]
    assert re.fullmatch(rf"{emulator.origin}/images/img_\w{{27}}", image_url)
    served = httpx.get(image_url, trust_env=False)
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"


def test_an_image_has_a_largest_size(api: Api) -> None:
    user = api.user()["id"]
    path = f"/users/{user}/profile_image"
    largest = PIXEL.ljust(IMAGE_LIMIT, b"\x00")
    assert api.post(path, files={"file": ("x.png", largest, "image/png")})["has_image"]
    problem = api.refused("POST", path, files={"file": ("x.png", largest + b"\x00", "image/png")})
    assert (problem.status, problem.codes) == (413, ["image_too_large"])
    problem = api.refused("POST", path, files={"file": ("x.png", largest + bytes(3 * 1024 * 1024), "image/png")})
    assert (problem.status, problem.codes) == (413, ["request_body_too_large"])


def test_a_body_that_only_says_that_it_is_large(emulator: Emulator) -> None:
    """It is refused before anything of it is read."""
    key = emulator.secret_key.encode()
    answer = exchange(
        emulator,
        b"POST /v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
        b"Content-Length: 99999999999\r\n\r\n{" % key,
    )
    assert answer.startswith(b"HTTP/1.1 413 ")


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
def test_a_request_that_two_servers_could_read_in_two_ways(emulator: Emulator, lines: bytes) -> None:
    """It is refused, and nothing that follows on its connection is taken for a request."""
    smuggled = b"GET /v1/jwks HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n" % emulator.secret_key.encode()
    answer = exchange(emulator, b"POST /v1/users HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n\r\n0\r\n\r\n" + smuggled)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


def test_what_is_written_into_headers_stays_in_the_body(emulator: Emulator, api: Api) -> None:
    """Nothing that a request says ends up as a header of the answer."""
    for path in (
        "/users/%0d%0aSet-Cookie:%20x=1",
        "/nope%0d%0aSet-Cookie:%20x=1",
        "/users?limit=%0d%0aSet-Cookie:%20x",
    ):
        answer = api.http.get(path)
        assert answer.status_code in (404, 422)
        assert set(answer.headers) <= {"date", "content-type", "content-length", "connection"}


def test_only_the_whole_key_opens(emulator: Emulator, api: Api) -> None:
    key = emulator.secret_key
    for wrong in (key[:-1], key + "x", key.upper(), key.replace("test", "live"), emulator.publishable_key, "sk_test_"):
        problem = api.refused("GET", "/users", headers={"Authorization": f"Bearer {wrong}"})
        assert (problem.status, problem.codes) == (401, ["clerk_key_invalid"])
    assert api.refused("GET", f"/users?secret_key={key}", headers={"Authorization": ""}).status == 401


def test_no_answer_tells_the_key(emulator: Emulator, api: Api) -> None:
    answers = [
        api.http.get("/users", headers={"Authorization": f"Basic {emulator.secret_key}"}),
        api.http.get("/nope"),
        api.http.post("/users", content=b"{"),
        api.http.get("/jwks"),
        api.http.get("/instance"),
    ]
    for answer in answers:
        assert emulator.secret_key not in answer.text
        assert "PRIVATE KEY" not in answer.text
        assert '"d":' not in answer.text


def test_a_seed_is_the_file_that_was_named_and_makes_no_other(
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


def test_a_database_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds secret keys: nobody else on the machine may read it."""
    db = tmp_path / "clerk.db"
    before = os.umask(0o022)
    try:
        with running("--db", str(db)) as program, program.http() as http:
            http.post("/users", json={"username": "ada_l"}).raise_for_status()
            for path in tmp_path.iterdir():
                assert path.stat().st_mode & 0o077 == 0, path
    finally:
        os.umask(before)
