"""The report: for a terminal, and as docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.results import Measure, Rival, Unit, Verdict, verdicts

TIMES = "\N{MULTIPLICATION SIGN}"
_DASH = "\N{EN DASH}"
_GREEN, _RED, _DIM, _BOLD, _OFF = "\033[32m", "\033[31m", "\033[2m", "\033[1m", "\033[0m"
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))

_HOW = """\
## How it is measured

`make bench` repeats all of this and writes this page. It makes two fresh virtual environments, one with this project
installed as from a wheel, one with the official SDK from PyPI, so that each side imports what its users get.

- **Clients.** `Client` is `clerk_bapi.Client`, generated and nothing more. `Clerk` and `AsyncClerk` are the whole
  clients of `clerkkit` with their defaults: retries, deadline and the watch for drift in place, and idle.
- **Rounds.** The sides take turns, one after the other in each round, and who begins changes. A ratio is the median
  over the rounds of ours divided by theirs in the same round; a time is the median over the rounds. The last column
  holds the middle half of the rounds.
- **Clocks.** Imports, decoding and tokens are processor time, which on an idle machine is what one waits for, and does
  not depend on what else it does. Calls, which wait for a server, are timed by the clock on the wall.
- **Imports** run in fresh processes with warm bytecode caches. The median of `python -c pass` is subtracted, except
  in the row that says so. Both SDKs load parts of themselves when they are asked for, and httpx its certificates,
  hence the rows that go on to `.users` and to the answer of a first call.
- **Decoding** goes from the bytes of a response to the value that the SDK gives: {many} of JSON for 500 users, {one}
  for one. The users are made up, varied and complete: {per_user} nested objects each on average.
- **The garbage collector** is on, and each batch starts after a full collection. 500 users are decoded ten times in a
  row, as by a program that goes through pages and holds one while it reads the next, so that the collector's part is
  in; one row shows the time without it.
- **A call** goes over a kept-alive loopback connection to a small server in a process of its own. "httpx" is the least
  that one could write by hand: `json.loads(httpx_client.get(url, headers=key).content)`. Async calls, httpx's too, go
  one after the other in one event loop.
- **Many tasks** share one client with warm connections, each making the next call when its last one is done; a time is
  that of all calls divided by their number. "The slowest in a hundred" is the time that 1 % of the calls exceed. httpx
  and aiohttp have their default limits of 100 connections, `AsyncClerk` its 32. "For each call" makes a client, calls
  once over plain http, and closes it; httpx loads certificates each time, `Clerk` once in a process, for https.
- **Tokens** are session tokens of version 2 (RS256, 2048 bits) of a member of an organization. All sides get the same
  ones, made anew for each run, and the public key (`jwt_key`), so that none calls Clerk; both SDKs check the origin
  (`authorized_parties`), too. Each row verifies one: `verify_token` of both SDKs in the first two, and
  `authenticate_request` in the others, with an `httpx.Request` that has the token in its `Authorization` header, or
  among the cookies of a development instance, where URL and cookies have to be read as well. New means that the client
  has never seen the token. "PyJWT" is `jwt.decode(token, key, algorithms=["RS256"], leeway=5)` with a key that is
  parsed already, in all five rows: it remembers nothing and knows no requests.
- **Memory** is the peak resident size of a fresh process that imports, makes one call, and decodes 500 users once.
"""


@dataclass(frozen=True)
class Subject:
    """What was measured on what."""

    ours: str
    httpx: str
    pyjwt: str
    official: str | None
    many_bytes: int
    one_bytes: int
    objects_per_user: float

    def __str__(self) -> str:
        official = [f"clerk-backend-api {self.official}"] if self.official else []
        named = [f"clerkkit {self.ours}", f"httpx {self.httpx}", f"PyJWT {self.pyjwt}", *official]
        return " · ".join([*named, f"Python {platform.python_version()}", f"{os.cpu_count()} CPUs"])


def terminal(subject: Subject, measures: Sequence[Measure], *, color: bool) -> str:
    """Both tables, in columns."""

    def paint(code: str, text: str) -> str:
        return f"{code}{text}{_OFF}" if color else text

    sides = [("", "clerkkit", "httpx, json, PyJWT", "official SDK")] + [
        (plain_name(measure), *_values(measure)) for measure in measures
    ]
    marks = {True: paint(_GREEN, "✓"), False: paint(_RED, "✗"), None: paint(_DIM, _DASH)}
    promises = [(f"{plain_name(found.measure)}: {promise(found)}", *_found(found)) for found in verdicts(measures)]
    lines = [paint(_BOLD, str(subject)), ""]
    for number, row in enumerate(columns(sides)):
        lines.append(paint(_DIM, row) if number == 0 else row)
    lines.append("")
    for found, row in zip(verdicts(measures), columns(promises), strict=True):
        lines.append(f"{marks[found.kept]} {row}".rstrip())
    return "\n".join([*lines, "", summary(measures)])


def summary(measures: Iterable[Measure]) -> str:
    """How many targets are met."""
    kept = [found.kept for found in verdicts(measures)]
    missed, unknown = kept.count(False), kept.count(None)
    parts = [f"{kept.count(True)} of {len(kept)} targets met"]
    parts += [f"{missed} missed"] if missed else []
    parts += [f"{unknown} not measured, for want of the official SDK"] if unknown else []
    return ", ".join(parts)


def markdown(subject: Subject, measures: Sequence[Measure]) -> str:
    """The page docs/benchmarks.md."""
    how = _HOW.format(
        many=amount(subject.many_bytes, Unit.BYTES),
        one=amount(subject.one_bytes, Unit.BYTES),
        per_user=f"{subject.objects_per_user:.0f}",
    )
    rows = [
        (measure.name, ours, f"{plain} (`{measure.plain_is}`)", official)
        for measure in measures
        for ours, plain, official in [_values(measure)]
    ]
    promises = [
        (found.measure.name, promise(found), *_found(found), "✓" if found.kept else "**missed**")
        for found in verdicts(measures)
    ]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"{subject}; one run of `make bench`. Times depend on the machine; the ratios much less.",
            "",
            "![Time and memory as multiples of plain httpx, json and PyJWT](benchmarks.svg)",
            "",
            *table(("", "clerkkit", "httpx, json, PyJWT", "official SDK"), rows, "lrrr"),
            "",
            *table(("", "target", "measured", "middle half", ""), promises, "llrrl"),
            "",
            how,
        ]
    )


def plain_name(measure: Measure) -> str:
    """The name, without the marks of code."""
    return measure.name.replace("`", "")


def promise(found: Verdict) -> str:
    """A target in words."""
    rival = "the official SDK" if found.target.rival is Rival.OFFICIAL else found.measure.plain_is
    bound = found.target.bound
    if found.target.below:
        return f"below {rival}"
    if bound < 1:
        return f"at least {1 / bound:g} {TIMES} faster than {rival}"
    return f"no slower than {rival}" if bound == 1 else f"at most {bound:g} {TIMES} {rival}"


def _found(found: Verdict) -> tuple[str, str]:
    """What came out, in the terms of the promise, and the middle half of the rounds."""
    ratio = found.ratio
    if ratio is None:
        return "not measured", ""
    middle, low, high = ratio.middle, ratio.low, ratio.high
    if found.target.bound < 1:
        middle, low, high = 1 / middle, 1 / high, 1 / low
    return f"{number(middle)} {TIMES}", f"{number(low)} {_DASH} {number(high)}"


def _values(measure: Measure) -> tuple[str, str, str]:
    ours, plain, official = (
        amount(statistics.median(samples), measure.unit) if samples else _DASH
        for samples in (measure.ours, measure.plain, measure.official)
    )
    return ours, plain, official


def amount(value: float, unit: Unit) -> str:
    """A measured value, in the unit that reads best."""
    if unit is Unit.BYTES:
        return f"{number(value / 1e6)} MB" if value >= 1e6 else f"{number(value / 1e3)} kB"
    scale, name = next((found for found in _UNITS if value >= found[0]), _UNITS[-1])
    return f"{number(value / scale)} {name}"


def number(value: float) -> str:
    """Three digits: more would be noise."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with the first column to the left and the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "   ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> list[str]:
    """A table in Markdown; `align` has `l` or `r` for each column."""
    rules = ["---:" if side == "r" else "---" for side in align]
    return [f"| {' | '.join(row)} |" for row in (heads, rules, *rows)]
