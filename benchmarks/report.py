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

`make bench` measures everything in one run and writes this page. It creates two virtual environments, one with this
project installed as from a wheel, one with the official SDK from PyPI, so that each side imports what its users get.

- **Clients.** `Client` is `clerk_bapi.Client`, the generated client alone. `Clerk` and `AsyncClerk` are the complete
  clients of `clerkkit` with their defaults: retries and deadline are on, drift reports are off.
- **Rounds.** In each round, all sides run one after the other, and the first side changes from round to round. A
  ratio is the median over the rounds of our time divided by theirs in the same round; a time is the median over the
  rounds. The last column is the interquartile range.
- **Clocks.** Imports, decoding and tokens are measured in processor time, which does not depend on other programs.
  Calls, which wait for a server, are measured in elapsed time.
- **Imports** run in new processes with warm bytecode caches. The median of `python -c pass` is subtracted, except in
  the row that says so. Both SDKs load parts of themselves on first use, and httpx loads its certificates then, hence
  the rows that include `.users` and the response of a first call.
- **Decoding** goes from the bytes of a response to the value that the SDK returns: {many} of JSON for 500 users,
  {one} for one. The users are synthetic, varied and complete, with {per_user} nested objects each on average.
- **The garbage collector** is on, and each batch starts after a full collection. 500 users are decoded ten times in a
  row, as in a program that iterates over pages and holds one page while it reads the next, so that collections are
  included. One row shows the time without the collector.
- **A call** uses a kept-alive loopback connection to a small server in another process. "httpx" is the shortest
  equivalent: `json.loads(httpx_client.get(url, headers=key).content)`. Async calls, also those of httpx, run one
  after the other in one event loop.
- **Many tasks** share one client with open connections, and each task makes its next call when the last one is done.
  A time is that of all calls divided by their number. "The slowest in a hundred" is the time that 1 % of the calls
  exceed. httpx and aiohttp have their default limits of 100 connections, `AsyncClerk` its 32. 64 and 256 tasks
  are compared with 8 in a new process, so that earlier rows do not change the result. 256 tasks may take 5 % longer
  than 8: a call that waits for a connection runs about 2.5 % more Python functions, and 32 calls that begin at once
  create enough objects for a garbage collection. "For each call" creates a client, makes one call over plain http, and
  closes it; httpx loads certificates each time, `Clerk` once per process, for https.
- **Tokens** are session tokens of version 2 (RS256, 2048 bits) of a member of an organization. All sides get the same
  tokens, which are new for each run, and the public key (`jwt_key`), so that nothing calls Clerk. Both SDKs check the
  origin (`authorized_parties`) as well. Each row verifies one token: with `verify_token` of both SDKs in the first
  two rows, with `authenticate_request` in the others, for an `httpx.Request` with the token in its `Authorization`
  header, or in the cookies of a development instance, which have to be parsed too. A new token is one that the client
  has not seen before. "PyJWT" is `jwt.decode(token, key, algorithms=["RS256"], leeway=5)` with a parsed key in all
  five rows; it has no cache and does not read requests.
- **Memory** is the peak resident size of a new process that imports, makes one call, and decodes 500 users once.
"""


@dataclass(frozen=True)
class Subject:
    """Versions and sizes of what was measured."""

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
    """Return both tables as text columns."""

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
    """Return how many targets are met."""
    kept = [found.kept for found in verdicts(measures)]
    missed, unknown = kept.count(False), kept.count(None)
    parts = [f"{kept.count(True)} of {len(kept)} targets met"]
    parts += [f"{missed} missed"] if missed else []
    parts += [f"{unknown} not measured, for want of the official SDK"] if unknown else []
    return ", ".join(parts)


def markdown(subject: Subject, measures: Sequence[Measure]) -> str:
    """Return the page docs/benchmarks.md."""
    how = _HOW.format(
        many=amount(subject.many_bytes, Unit.BYTES),
        one=amount(subject.one_bytes, Unit.BYTES),
        per_user=f"{subject.objects_per_user:.0f}",
    )
    rows = [
        (measure.name, ours, f"{plain} (`{measure.plain_is.replace('`', '')}`)", official)
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
            f"{subject}; one run of `make bench`. Times depend on the machine; ratios depend on it much less.",
            "",
            "![Time and memory as multiples of plain httpx, json and PyJWT](benchmarks.svg)",
            "",
            *table(("measure", "clerkkit", "httpx, json, PyJWT", "official SDK"), rows, "lrrr"),
            "",
            *table(("measure", "target", "measured", "middle half", "result"), promises, "llrrl"),
            "",
            how,
        ]
    )


def plain_name(measure: Measure) -> str:
    """Return the name of a measure without Markdown."""
    return measure.name.replace("`", "")


def promise(found: Verdict) -> str:
    """Return the text of a target."""
    rival = "the official SDK" if found.target.rival is Rival.OFFICIAL else found.measure.plain_is
    bound = found.target.bound
    if found.target.below:
        return f"below {rival}"
    if bound < 1:
        return f"at least {1 / bound:.3g} {TIMES} faster than {rival}"
    return f"no slower than {rival}" if bound == 1 else f"at most {bound:g} {TIMES} {rival}"


def _found(found: Verdict) -> tuple[str, str]:
    """Return the measured ratio as the target states it, and the interquartile range."""
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
    """Return a measured value with a unit that fits its size."""
    if unit is Unit.BYTES:
        return f"{number(value / 1e6)} MB" if value >= 1e6 else f"{number(value / 1e3)} kB"
    scale, name = next((found for found in _UNITS if value >= found[0]), _UNITS[-1])
    return f"{number(value / scale)} {name}"


def number(value: float) -> str:
    """Return a number with three significant digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of aligned text, the first column left, the others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "   ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in rows
    ]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], align: str) -> list[str]:
    """Return the lines of a Markdown table; `align` has `l` or `r` for each column."""
    rules = ["---:" if side == "r" else "---" for side in align]
    return [f"| {' | '.join(row)} |" for row in (heads, rules, *rows)]
