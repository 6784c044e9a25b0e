"""Faults as data, and what comes of them over real sockets. `python -m tools.faults` writes docs/faults.md."""

from __future__ import annotations

import contextlib
import functools
import gzip
import json
import logging
import re
import time
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import anyio

from clerk_bapi.api import create_user, get_user
from clerkkit import ApiError, AsyncClerk, Clerk, ClerkError, Request
from clerkkit.retry import Policy
from tests.loopback import KEY, Act, Received, Script, answer, backend_of, refused, serve, transport_of

TABLE = Path(__file__).resolve().parents[1] / "docs" / "faults.md"

USER = {"id": "user_1", "object": "user", "first_name": "Ada"}
REQUESTS: dict[str, Request[Any]] = {"GET": get_user("user_1"), "POST": create_user(first_name="Ada")}

THE_USER = "the user"
AT_ONCE = "at once"
BACK_OFF = "under 1 s"
RETRY_AFTER = "as `Retry-After` says"
TIMEOUT = "the timeout"
DEADLINE = "the deadline"
_BUSY = 20.0
"""Seconds that a call may take longer than it was to wait, on a machine that has much else to do."""


class Seen(NamedTuple):
    """What came of a call."""

    got: str
    attempts: int
    how_long: str

    def __str__(self) -> str:
        return f"{self.got}, {self.attempts} attempt{'s' if self.attempts > 1 else ''}, {self.how_long}"


class Fault(NamedTuple):
    """What a server does, and what must come of a GET and of a POST."""

    name: str
    scripts: tuple[Script, ...]
    """None: nobody listens."""
    get: Seen
    post: Seen
    options: Mapping[str, float] = {}
    notes: int = 0
    """How many characters of metadata the user has, if one comes in the end."""
    aiohttp: tuple[Seen, Seen] | None = None
    """What comes of both with the transport of that name, where it is something else."""

    def expected(self, way: str) -> tuple[Seen, Seen]:
        """What must come of a GET and of a POST."""
        return self.aiohttp if way == "aiohttp" and self.aiohttp else (self.get, self.post)


def _both(
    name: str, scripts: tuple[Script, ...], got: str, attempts: int = 1, how_long: str = AT_ONCE, **options: float
) -> Fault:
    seen = Seen(got, attempts, how_long)
    return Fault(name, scripts, seen, seen, options)


def _lasts(name: str, fault: Script, got: str) -> Fault:
    """What a GET is sent again for, and a POST is not."""
    return Fault(name, (fault,), Seen(got, 3, BACK_OFF), Seen(got, 1, AT_ONCE))


def _lasts_or_passes(name: str, fault: Script, got: str) -> list[Fault]:
    lasting = _lasts(name, fault, got)
    passing = (fault, answer(200, USER))
    return [lasting, lasting._replace(name=f"{name}, once", scripts=passing, get=Seen(THE_USER, 2, BACK_OFF))]


def _user(notes: int) -> dict[str, Any]:
    return {**USER, "public_metadata": {"notes": "x" * notes}} if notes else USER


@functools.cache
def _huge() -> bytes:
    return answer(200, _user(50_000_000))


def _drip(said: bytes) -> list[bytes | Act]:
    """Byte by byte, the whole in several seconds."""
    return [part for byte in said for part in (bytes([byte]), Act.PAUSE)]


def _to_another_host(received: Received) -> bytes:
    there = received.headers["Host"].replace("127.0.0.1", "localhost")
    return answer(307, b"", {"Location": f"http://{there}{received.target}"})


def _clerk_error(code: str, param: str = "") -> dict[str, Any]:
    return {"code": code, "message": "no", "long_message": "It cannot be.", "meta": {"param_name": param}}


_HTML = b"<html><body>Sign in to the network</body></html>"
_AS_HTML = {"Content-Type": "text/html"}
_JSON = json.dumps(USER).encode()
_GZIP = {"Content-Encoding": "gzip"}
_SLOW_DOWN = [_clerk_error("too_many_requests")]
_TOO_MANY = "`TooManyRequests` (429: too_many_requests)"


def _slow_down(**headers: str) -> bytes:
    return answer(429, {"errors": _SLOW_DOWN}, {name.replace("_", "-"): value for name, value in headers.items()})


FAULTS = [
    _both("429 with `Retry-After: 0`", (_slow_down(Retry_After="0"),), _TOO_MANY, 3),
    _both(
        "429 with `Retry-After: 1`, once", (_slow_down(Retry_After="1"), answer(200, USER)), THE_USER, 2, RETRY_AFTER
    ),
    _both("429 with a `Retry-After` beyond the deadline", (_slow_down(Retry_After="31"),), _TOO_MANY),
    _both("429 without `Retry-After`", (_slow_down(),), _TOO_MANY, 3, BACK_OFF),
    _both("429 without `Retry-After`, once", (_slow_down(), answer(200, USER)), THE_USER, 2, BACK_OFF),
    _both("500", (answer(500, {"errors": []}),), "`ServerError` (500)"),
    _both("500, once", (answer(500, {"errors": []}), answer(200, USER)), "`ServerError` (500)"),
    *_lasts_or_passes("502 with a page of HTML", answer(502, _HTML, _AS_HTML), "`ServerError` (502)"),
    *_lasts_or_passes("503", answer(503, {"errors": []}), "`ServerError` (503)"),
    _lasts("504", answer(504), "`ServerError` (504)"),
    _both("520, which only a proxy knows", (answer(520, b"error code: 520"),), "`ServerError` (520)"),
    _both("599, which nobody knows", (answer(599),), "`ServerError` (599)"),
    _both(
        "401 in Clerk's shape",
        (answer(401, {"errors": [_clerk_error("clerk_key_invalid")]}),),
        "`Unauthorized` (401: clerk_key_invalid)",
    ),
    _both(
        "422 with two errors",
        (answer(422, {"errors": [_clerk_error("form_a", "a"), _clerk_error("form_b", "b")]}),),
        "`UnprocessableEntity` (422: form_a, form_b)",
    ),
    _both("a redirect within the host", (answer(307, b"", {"Location": "/v2"}),), "`ApiError` (307)"),
    _both("a redirect to another host", (_to_another_host,), "`ApiError` (307)"),
    _both("nobody listens", (), "`ConnectionFailed`", 3, BACK_OFF),
    *_lasts_or_passes("cut before the answer", [Act.HANG_UP], "`ConnectionFailed`"),
    *_lasts_or_passes("reset before the answer", [Act.RESET], "`ConnectionFailed`"),
    *_lasts_or_passes("cut in the body", [answer(200, USER)[:-9], Act.HANG_UP], "`ConnectionFailed`"),
    _lasts("an answer that is no HTTP", [b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Act.HANG_UP], "`ConnectionFailed`"),
    _lasts("gzip that is none", [answer(200, b"\x1f\x8b, not", _GZIP)], "`ConnectionFailed`"),
    Fault(
        "silence",
        ([Act.SILENCE],),
        Seen("`TimedOut`", 3, f"3 x {TIMEOUT}, and {BACK_OFF}"),
        Seen("`TimedOut`", 1, TIMEOUT),
        {"timeout": 0.2},
    ),
    Fault(
        "silence, once",
        ([Act.SILENCE], answer(200, USER)),
        Seen(THE_USER, 2, f"{TIMEOUT}, and {BACK_OFF}"),
        Seen("`TimedOut`", 1, TIMEOUT),
        {"timeout": 0.5},
    ),
    _both("silence, the timeout beyond the deadline", ([Act.SILENCE],), "`TimedOut`", 1, DEADLINE, deadline=0.4),
    _both(
        "a body that drips beyond the deadline",
        ([answer(200, USER)[: -len(_JSON)], *_drip(_JSON)],),
        "`TimedOut`",
        1,
        DEADLINE,
        deadline=0.4,
    ),
    _both("200 with a page of HTML", (answer(200, _HTML, _AS_HTML),), "`InvalidResponse` (200)"),
    _both("200 with nothing", (answer(200),), "`InvalidResponse` (200)"),
    _both("204 where an object was due", (answer(204),), "`InvalidResponse` (204)"),
    _both("200 with JSON that ends too early", (answer(200, _JSON[:-9]),), "`InvalidResponse` (200)"),
    _both(
        "a `Content-Length` that is too small",
        (answer(200, _JSON, {"Content-Length": "20"}),),
        "`InvalidResponse` (200)",
    )._replace(aiohttp=(Seen("`ConnectionFailed`", 3, BACK_OFF), Seen("`ConnectionFailed`", 1, AT_ONCE))),
    _lasts(
        "a `Content-Length` that is too large",
        [answer(200, _JSON, {"Content-Length": "200"}), Act.HANG_UP],
        "`ConnectionFailed`",
    ),
    _both("gzip", (answer(200, gzip.compress(_JSON), _GZIP),), THE_USER),
    _both("50 MB of JSON", (lambda _: _huge(),), THE_USER)._replace(notes=50_000_000),
]


def call(way: str, request: Request[Any], url: str, **options: Any) -> Any:
    """Send with a client of its own: `Clerk`, or `AsyncClerk` on asyncio or trio."""
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return clerk.send(request)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), **options) as clerk:
            return await clerk.send(request)

    return anyio.run(send, backend=backend_of(way))


def run(way: str, fault: Fault, method: str) -> Seen:
    """Call once, and tell what came of it; that the server saw each attempt is checked here."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serve(*fault.scripts)) if fault.scripts else None
        url = server.url if server else stack.enter_context(refused())
        attempts = stack.enter_context(_attempts())
        start = time.monotonic()
        try:
            user = call(way, REQUESTS[method], url, **fault.options)
            got = THE_USER if user.to_dict() == _user(fault.notes) else f"not {THE_USER}"
        except ClerkError as error:
            got = _named(error)
        took = time.monotonic() - start
    assert server is None or len(server.requests) == len(attempts)
    return Seen(got, len(attempts), _how_long(took, attempts, fault.options))


def _named(error: ClerkError) -> str:
    if not isinstance(error, ApiError):
        return f"`{type(error).__name__}`"
    codes = "".join(f"{',' if number else ':'} {detail.code}" for number, detail in enumerate(error.errors))
    return f"`{type(error).__name__}` ({error.status_code}{codes})"


class _Attempt(NamedTuple):
    """A line of the client's log."""

    late: bool
    wait: float
    """Seconds before the next one."""


@contextlib.contextmanager
def _attempts() -> Generator[list[_Attempt]]:
    """The attempts that the client tells of in its log."""
    found: list[_Attempt] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = record.getMessage()
            told = re.search(r" -> (\w+) in [\d.]+s, attempt (\d+),", line)
            assert told is not None, line
            assert int(told[2]) == len(found) + 1
            again = re.search(r", again in ([\d.]+)s$", line)
            found.append(_Attempt(told[1] == "TimedOut", float(again[1]) if again else 0.0))

    log, handler = logging.getLogger("clerkkit"), Keep()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        log.setLevel(level)
        log.removeHandler(handler)


def _how_long(took: float, attempts: list[_Attempt], options: Mapping[str, float]) -> str:
    """What a call waited for, in words that do not depend on how busy the machine is; that it did is checked here."""
    late = sum(attempt.late for attempt in attempts)
    waits = sum(attempt.wait for attempt in attempts)
    limit = min(options.values(), default=0.0)
    waited = waits + late * limit
    assert waited - 0.05 < took < waited + _BUSY, f"{took} s for {waited} s of waiting"
    words = [DEADLINE if "deadline" in options else TIMEOUT if late == 1 else f"{late} x {TIMEOUT}"] if late else []
    if waits:
        words.append(BACK_OFF if waits < 1 else RETRY_AFTER)
    return ", and ".join(words) or AT_ONCE


def row(fault: Fault, get: Seen, post: Seen) -> str:
    """A line of the table."""
    return f"| {fault.name} | {get} | {'the same' if post == get else post} |"


_PAGE = """\
# Faults

What comes of a call when the server, or the way to it, misbehaves. `python -m tools.faults` writes this page from
what it sees over real sockets; the tests see the same with `Clerk`, and with `AsyncClerk` on asyncio and trio. So they
do with `AsyncClerk(transport="aiohttp")`, but for a `Content-Length` that is too small: there the connection failed.

By default a call is tried again up to {max_retries} times (`max_retries`), after {first_wait:g} s, doubled for each
further try, less a random half at most; a `Retry-After` goes before that. Where the next wait would end later than
{deadline:g} s from the start (`deadline`), you get what the last try brought. GET stands for HEAD, PUT and DELETE
too, POST for PATCH. The rows about the timeout and the deadline were run with shorter ones than the defaults.

| fault | GET: what you get, attempts, how long | POST |
|---|---|---|
"""


def table(rows: Iterable[str]) -> str:
    """The whole page, from the rows of a run."""
    return _PAGE.format(**Policy()._asdict()) + "".join(f"{line}\n" for line in rows)


def main() -> None:
    """Run each fault once, and write the page."""
    page = table(row(fault, *(run("sync", fault, method) for method in REQUESTS)) for fault in FAULTS)
    TABLE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
