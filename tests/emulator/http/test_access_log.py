"""The line that is printed for each request."""

from __future__ import annotations

import time
from typing import Any

import pytest

from clerk_emulator.http.access_log import AccessLog
from clerk_emulator.request.masking import mask


async def _application(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def _nothing(*_arguments: Any) -> Any:
    return None


@pytest.mark.parametrize(
    ("path", "printed"),
    [
        ("/v1/users/user_1", "/v1/users/user_1"),
        ("/v1/ada@example.com/x", "/v1/***/x"),
        ("/v1/ada%40example.com", "/v1/***"),
        ("/v1/" + "a" * 60_000, "/v1/" + "a" * 60_000),
        ("/v1/" + "eyJ-" * 15_000, "/v1/" + "eyJ-" * 15_000),
        ("/v1/" + "a@" * 30_000, "/v1/***"),
    ],
    ids=range(6),
)
@pytest.mark.anyio
async def test_prints_the_path_in_linear_time(path: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    started = time.perf_counter()
    await AccessLog(_application)(scope, _nothing, _nothing)
    # Quadratic time is half a minute.
    assert time.perf_counter() - started < 3
    assert capsys.readouterr().out.startswith(f"GET {printed} 404 ")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("eyJhbGciOi.eyJzdWIi.c2ln", "***"),
        ("a eyJhbGciOi.eyJzdWIi.c2ln b", "a *** b"),
        ("x-eyJhbGciOi.eyJzdWIi.c2ln", "x-***"),
        ("x.eyJhbGciOi.eyJzdWIi.c2ln", "x.***"),
        ("eyJ-eyJhbGciOi.eyJzdWIi.", "***"),
        ("eyJ.eyJhbGciOi.eyJzdWIi.c2ln", "eyJ.***"),
        ("__session=eyJhbGciOi.eyJzdWIi.c2ln;", "__session=***;"),
        ("aeyJhbGciOi.eyJzdWIi.c2ln", "aeyJhbGciOi.eyJzdWIi.c2ln"),
        ("eyJhbGciOi.eyJzdWIi", "eyJhbGciOi.eyJzdWIi"),
        ("sk_test_abc whsec_abc+/=", "*** ***"),
        ("-----BEGIN RSA PRIVATE KEY-----\nabc", "***"),
    ],
)
def test_secrets_are_masked(text: str, masked: str) -> None:
    assert mask(text) == masked
