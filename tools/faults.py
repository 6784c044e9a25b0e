"""Faults of servers, and the results of calls to them. `python -m tools.faults` writes docs/faults.md."""

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
from clerkkit.settings import RetryPolicy
from tests.loopback import KEY, Act, Received, Script, backend_of, refused, respond, serve, transport_of

TABLE = Path(__file__).resolve().parents[1] / "docs" / "faults.md"

USER = {"id": "user_1", "object": "user", "first_name": "Ada"}
REQUESTS: dict[str, Request[Any]] = {"GET": get_user("user_1"), "POST": create_user(first_name="Ada")}

THE_USER = "the user"
IMMEDIATELY = "immediately"
BACK_OFF = "under 1 s"
RETRY_AFTER = "after `Retry-After`"
TIMEOUT = "the timeout"
DEADLINE = "the deadline"
_BUSY = 20.0
"""Seconds by which a call may take longer than its delays, on a busy machine."""


class Outcome(NamedTuple):
    """The result of a call."""

    result: str
    attempts: int
    duration: str

    def __str__(self) -> str:
        return f"{self.result}, {self.attempts} attempt{'s' if self.attempts > 1 else ''}, {self.duration}"


class Fault(NamedTuple):
    """What a server does, and the expected results of a GET and of a POST."""

    name: str
    scripts: tuple[Script, ...]
    """What the server does. Empty if there is no server."""
    get: Outcome
    post: Outcome
    options: Mapping[str, float] = {}
    notes: int = 0
    """Characters of metadata of the user that is returned."""
    aiohttp: tuple[Outcome, Outcome] | None = None
    """The expected results with the transport `aiohttp`, if they differ."""

    def expected(self, way: str) -> tuple[Outcome, Outcome]:
        """Return the expected results of a GET and of a POST."""
        return self.aiohttp if way == "aiohttp" and self.aiohttp else (self.get, self.post)


def _same(
    name: str,
    scripts: tuple[Script, ...],
    result: str,
    attempts: int = 1,
    duration: str = IMMEDIATELY,
    **options: float,
) -> Fault:
    outcome = Outcome(result, attempts, duration)
    return Fault(name, scripts, outcome, outcome, options)


def _retried(name: str, fault: Script, result: str) -> Fault:
    """Return a permanent fault that is retried for a GET, but not for a POST."""
    return Fault(name, (fault,), Outcome(result, 3, BACK_OFF), Outcome(result, 1, IMMEDIATELY))


def _retried_and_once(name: str, fault: Script, result: str) -> list[Fault]:
    """Return a permanent fault, and one that occurs once."""
    permanent = _retried(name, fault, result)
    once = (fault, respond(200, USER))
    return [permanent, permanent._replace(name=f"{name}, once", scripts=once, get=Outcome(THE_USER, 2, BACK_OFF))]


def _user(notes: int) -> dict[str, Any]:
    return {**USER, "public_metadata": {"notes": "x" * notes}} if notes else USER


@functools.cache
def _huge() -> bytes:
    return respond(200, _user(50_000_000))


def _drip(said: bytes) -> list[bytes | Act]:
    """Send a response byte by byte, over several seconds."""
    return [part for byte in said for part in (bytes([byte]), Act.PAUSE)]


def _to_another_host(received: Received) -> bytes:
    there = received.headers["Host"].replace("127.0.0.1", "localhost")
    return respond(307, b"", {"Location": f"http://{there}{received.target}"})


def _clerk_error(code: str, param: str = "") -> dict[str, Any]:
    return {"code": code, "message": "no", "long_message": "It cannot be.", "meta": {"param_name": param}}


_HTML = b"<html><body>Sign in to the network</body></html>"
_AS_HTML = {"Content-Type": "text/html"}
_JSON = json.dumps(USER).encode()
_GZIP = {"Content-Encoding": "gzip"}
_SLOW_DOWN = [_clerk_error("too_many_requests")]
_TOO_MANY = "`TooManyRequests` (429: too_many_requests)"


def _slow_down(**headers: str) -> bytes:
    return respond(429, {"errors": _SLOW_DOWN}, {name.replace("_", "-"): value for name, value in headers.items()})


FAULTS = [
    _same("429 with `Retry-After: 0`", (_slow_down(Retry_After="0"),), _TOO_MANY, 3),
    _same(
        "429 with `Retry-After: 1`, once", (_slow_down(Retry_After="1"), respond(200, USER)), THE_USER, 2, RETRY_AFTER
    ),
    _same("429 with a `Retry-After` beyond the deadline", (_slow_down(Retry_After="31"),), _TOO_MANY),
    _same("429 without `Retry-After`", (_slow_down(),), _TOO_MANY, 3, BACK_OFF),
    _same("429 without `Retry-After`, once", (_slow_down(), respond(200, USER)), THE_USER, 2, BACK_OFF),
    _same("500", (respond(500, {"errors": []}),), "`ServerError` (500)"),
    _same("500, once", (respond(500, {"errors": []}), respond(200, USER)), "`ServerError` (500)"),
    *_retried_and_once("502 with an HTML body", respond(502, _HTML, _AS_HTML), "`ServerError` (502)"),
    *_retried_and_once("503", respond(503, {"errors": []}), "`ServerError` (503)"),
    _retried("504", respond(504), "`ServerError` (504)"),
    _same("520 (from a proxy)", (respond(520, b"error code: 520"),), "`ServerError` (520)"),
    _same("599 (undocumented)", (respond(599),), "`ServerError` (599)"),
    _same(
        "401 with a Clerk error",
        (respond(401, {"errors": [_clerk_error("clerk_key_invalid")]}),),
        "`Unauthorized` (401: clerk_key_invalid)",
    ),
    _same(
        "422 with two errors",
        (respond(422, {"errors": [_clerk_error("form_a", "a"), _clerk_error("form_b", "b")]}),),
        "`UnprocessableEntity` (422: form_a, form_b)",
    ),
    _same("a redirect on the same host", (respond(307, b"", {"Location": "/v2"}),), "`ApiError` (307)"),
    _same("a redirect to another host", (_to_another_host,), "`ApiError` (307)"),
    _same("connection refused", (), "`ConnectionFailed`", 3, BACK_OFF),
    *_retried_and_once("closed before the response", [Act.HANG_UP], "`ConnectionFailed`"),
    *_retried_and_once("reset before the response", [Act.RESET], "`ConnectionFailed`"),
    *_retried_and_once("closed within the body", [respond(200, USER)[:-9], Act.HANG_UP], "`ConnectionFailed`"),
    _retried("a response that is not HTTP", [b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Act.HANG_UP], "`ConnectionFailed`"),
    _retried("invalid gzip", [respond(200, b"\x1f\x8b, not", _GZIP)], "`ConnectionFailed`"),
    Fault(
        "no response",
        ([Act.SILENCE],),
        Outcome("`TimedOut`", 3, f"3 x {TIMEOUT}, and {BACK_OFF}"),
        Outcome("`TimedOut`", 1, TIMEOUT),
        {"timeout": 0.2},
    ),
    Fault(
        "no response, once",
        ([Act.SILENCE], respond(200, USER)),
        Outcome(THE_USER, 2, f"{TIMEOUT}, and {BACK_OFF}"),
        Outcome("`TimedOut`", 1, TIMEOUT),
        {"timeout": 0.5},
    ),
    _same("no response, with a timeout beyond the deadline", ([Act.SILENCE],), "`TimedOut`", 1, DEADLINE, deadline=0.4),
    _same(
        "a body that arrives byte by byte beyond the deadline",
        ([respond(200, USER)[: -len(_JSON)], *_drip(_JSON)],),
        "`TimedOut`",
        1,
        DEADLINE,
        deadline=0.4,
    ),
    _same("200 with an HTML body", (respond(200, _HTML, _AS_HTML),), "`InvalidResponse` (200)"),
    _same("200 with an empty body", (respond(200),), "`InvalidResponse` (200)"),
    _same("204 in place of an object", (respond(204),), "`InvalidResponse` (204)"),
    _same("200 with truncated JSON", (respond(200, _JSON[:-9]),), "`InvalidResponse` (200)"),
    _same(
        "a `Content-Length` that is too small",
        (respond(200, _JSON, {"Content-Length": "20"}),),
        "`InvalidResponse` (200)",
    )._replace(aiohttp=(Outcome("`ConnectionFailed`", 3, BACK_OFF), Outcome("`ConnectionFailed`", 1, IMMEDIATELY))),
    _retried(
        "a `Content-Length` that is too large",
        [respond(200, _JSON, {"Content-Length": "200"}), Act.HANG_UP],
        "`ConnectionFailed`",
    ),
    _same("gzip", (respond(200, gzip.compress(_JSON), _GZIP),), THE_USER),
    _same("50 MB of JSON", (lambda _: _huge(),), THE_USER)._replace(notes=50_000_000),
]


def call(way: str, request: Request[Any], url: str, **options: Any) -> Any:
    """Send a request with a new client: `Clerk`, or `AsyncClerk` on asyncio or trio."""
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return clerk.send(request)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), **options) as clerk:
            return await clerk.send(request)

    return anyio.run(send, backend=backend_of(way))


def run(way: str, fault: Fault, method: str) -> Outcome:
    """Make one call and return its result. Checks that the server received each attempt."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(serve(*fault.scripts)) if fault.scripts else None
        url = server.url if server else stack.enter_context(refused())
        attempts = stack.enter_context(_attempts())
        start = time.monotonic()
        try:
            user = call(way, REQUESTS[method], url, **fault.options)
            result = THE_USER if user.to_dict() == _user(fault.notes) else f"not {THE_USER}"
        except ClerkError as error:
            result = _describe(error)
        duration = time.monotonic() - start
    assert server is None or len(server.requests) == len(attempts)
    return Outcome(result, len(attempts), _duration(duration, attempts, fault.options))


def _describe(error: ClerkError) -> str:
    if not isinstance(error, ApiError):
        return f"`{type(error).__name__}`"
    codes = "".join(f"{',' if number else ':'} {detail.code}" for number, detail in enumerate(error.errors))
    return f"`{type(error).__name__}` ({error.status_code}{codes})"


class _Attempt(NamedTuple):
    """A line of the client's log."""

    timed_out: bool
    delay: float
    """Seconds before the next attempt."""


@contextlib.contextmanager
def _attempts() -> Generator[list[_Attempt]]:
    """Collect the attempts that the client logs."""
    found: list[_Attempt] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = record.getMessage()
            match = re.search(r" -> (\w+) in [\d.]+s, attempt (\d+),", line)
            assert match is not None, line
            assert int(match[2]) == len(found) + 1
            again = re.search(r", again in ([\d.]+)s$", line)
            found.append(_Attempt(match[1] == "TimedOut", float(again[1]) if again else 0.0))

    log, handler = logging.getLogger("clerkkit"), Keep()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        log.setLevel(level)
        log.removeHandler(handler)


def _duration(seconds: float, attempts: list[_Attempt], options: Mapping[str, float]) -> str:
    """Return what a call waited for, independent of the load of the machine. Checks the seconds that it took."""
    timeouts = sum(attempt.timed_out for attempt in attempts)
    delays = sum(attempt.delay for attempt in attempts)
    limit = min(options.values(), default=0.0)
    waited = delays + timeouts * limit
    assert waited - 0.05 < seconds < waited + _BUSY, f"{seconds} s for {waited} s of waiting"
    words = (
        [DEADLINE if "deadline" in options else TIMEOUT if timeouts == 1 else f"{timeouts} x {TIMEOUT}"]
        if timeouts
        else []
    )
    if delays:
        words.append(BACK_OFF if delays < 1 else RETRY_AFTER)
    return ", and ".join(words) or IMMEDIATELY


def row(fault: Fault, get: Outcome, post: Outcome) -> str:
    """Return a row of the table."""
    return f"| {fault.name} | {get} | {'the same' if post == get else post} |"


_PAGE = """\
# Faults

The results of a call when the server or the connection fails. `python -m tools.faults` writes this page from calls over
real sockets. The tests check it for `Clerk`, for `AsyncClerk` on asyncio and trio, and for
`AsyncClerk(transport="aiohttp")`, which differs in one row: a `Content-Length` that is too small raises
`ConnectionFailed`.

By default, a call is retried up to {max_retries} times (`max_retries`). The first retry waits {initial_delay:g} s,
and each further one twice as long; jitter shortens each delay by up to half. A `Retry-After` takes precedence.
If the next attempt would start later than {deadline:g} s after the first (`deadline`), the result is that of the last
attempt. HEAD, PUT and DELETE behave like GET, and PATCH like POST. The rows about timeout and deadline were measured
with shorter values.

| fault | GET: result, attempts, duration | POST |
|---|---|---|
"""


def table(rows: Iterable[str]) -> str:
    """Return the page with the given rows."""
    return _PAGE.format(**RetryPolicy()._asdict()) + "".join(f"{line}\n" for line in rows)


def main() -> None:
    """Call a server with each fault, and write the page."""
    page = table(row(fault, *(run("sync", fault, method) for method in REQUESTS)) for fault in FAULTS)
    TABLE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
