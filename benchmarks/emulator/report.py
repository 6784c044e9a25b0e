"""The report: for a terminal, and as docs/emulator-benchmarks.md."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.emulator.measures import ORDERS, SIZES, Comparison, Curve, Found
from benchmarks.report import TIMES, amount, columns, number, table
from benchmarks.results import Unit, ratio

_WITHIN = 3.0
_HEADS = ("", "emulator", "bare server", "ratio", "goal", "")
_CURVE_HEADS = ("", *(f"{size:,} users" for size in SIZES), "growth", "")

_HOW = """\
## How it is measured

`make bench-emulator` measures everything in one run and writes this page. Emulators run in other processes, and
receive requests over four kept-alive loopback connections from plain sockets.

- **The bare server** is one route of Starlette in uvicorn, configured like the emulator, that reads the request and
  responds with a fixed body, one user: the minimum for a server of this kind. It checks no key, validates nothing and
  stores nothing.
- **Requests per second** are what one core can do: one divided by the server's processor time for a request. The
  servers take turns, {requests} requests each in each round, and the first one changes. A number is the median over
  the rounds, and a ratio the median of the ratios of each round.
- **The start** is the elapsed time from the command `python -m clerk_emulator`, without a database, to the response
  of a first request. It includes the creation of a signing key.
- **A reset** is `Emulator.reset()`, which the pytest fixtures call before each test, after a user was created. The
  first request after it reads the database's layout again, hence the rows for that request. Both are elapsed time.
- **Memory** is the peak resident size of the process.
- **The curves** are processor time for each request, in three emulators in memory, which take turns. All pages have
  10 users; `order_by` is measured in both directions, filters and pages with values from the whole list. Users were
  put into the store without HTTP, each with an email address, none with a phone number or a wallet.
- **Without an index**, and so growing with the number of users, are `query` and the other partial matches, which
  search for a text in the middle of several columns; pages at an offset, which skip everything before it, unlike
  `starting_after`; and `count`.
"""


@dataclass(frozen=True)
class Row:
    """A row of the first table, and whether its goal is met, or None without a goal."""

    cells: tuple[str, ...]
    met: bool | None


def rows(found: Found) -> list[Row]:
    """Return the rows for requests, start, reset and memory."""
    goals = {"get a user": 1500, "list 10 users": 1500, "create a user": 800, "sign a session token": 500}
    lines = [_requests(name, beside, goals.get(name)) for name, beside in found.requests.items()]
    lines.append(_line("start, to the first response", found.start, Unit.SECONDS, 1.0))
    lines.append(_line("reset", found.resets["reset"], Unit.SECONDS, 1e-3))
    lines.append(_line("… creating a user right after it", found.resets["first"], Unit.SECONDS))
    lines.append(_line("… creating another", found.resets["again"], Unit.SECONDS))
    lines += [_line(f"memory, {name}", beside, Unit.BYTES) for name, beside in found.memory.items()]
    return lines


def curves(found: Found) -> list[Row]:
    """Return the rows for requests by the number of users."""
    return [
        Row(
            (curve.name, *(amount(one, Unit.SECONDS) for one in curve.seconds), f"{number(curve.growth[-1])} {TIMES}"),
            None if curve.scans else curve.growth[-1] <= _WITHIN,
        )
        for curve in found.curves
    ]


def slowest_order(found: Found) -> Curve:
    """Return the `order_by` that grows most."""
    ordered = [curve for curve in found.curves if curve.name in {f"order_by={column}" for column in ORDERS}]
    return max(ordered, key=lambda curve: curve.growth[-1])


def terminal(found: Found) -> str:
    """Return both tables as text columns."""
    tables = [[_HEADS, *map(_marked, rows(found))], [_CURVE_HEADS, *map(_marked, curves(found))]]
    return "\n".join([_subject(), "", *columns(tables[0]), "", *columns(tables[1]), "", summary(found)])


def summary(found: Found) -> str:
    """Return how many goals are met."""
    met = [row.met for row in (*rows(found), *curves(found)) if row.met is not None]
    return f"{met.count(True)} of {len(met)} goals met"


def markdown(found: Found, requests: int) -> str:
    """Return the page docs/emulator-benchmarks.md."""
    return "\n".join(
        [
            "# Benchmarks of the emulator",
            "",
            f"{_subject()}; one run of `make bench-emulator`. Times depend on the machine; the ratios much less.",
            "",
            *table(_HEADS, map(_marked, rows(found)), "lrrrrl"),
            "",
            f"![Time of a request by the number of users, as multiples of {SIZES[0]:,} users](emulator-benchmarks.svg)",
            "",
            f"Processor time of a request. The growth is {SIZES[-1]:,} users against {SIZES[0]:,}; for all that has an",
            f"index to go by the goal is at most {_WITHIN:g} {TIMES}.",
            "",
            *table(_CURVE_HEADS, map(_marked, curves(found)), "lrrrrl"),
            "",
            _HOW.format(requests=requests),
        ]
    )


def _subject() -> str:
    names = ("clerkkit", "starlette", "uvicorn")
    named = [f"{name} {importlib.metadata.version(name)}" for name in names]
    return " · ".join([*named, f"Python {platform.python_version()}", f"{os.cpu_count()} CPUs"])


def _requests(name: str, beside: Comparison, goal: int | None) -> Row:
    ours, bare = (1 / statistics.median(samples) for samples in (beside.ours, beside.bare))
    cells = (name, f"{ours:,.0f} / s", f"{bare:,.0f} / s", _ratio(beside), f"at least {goal:,} / s" if goal else "")
    return Row(cells, None if goal is None else ours >= goal)


def _line(name: str, beside: Comparison, unit: Unit, goal: float | None = None) -> Row:
    ours = statistics.median(beside.ours)
    bare = amount(statistics.median(beside.bare), unit) if beside.bare else ""
    cells = (name, amount(ours, unit), bare, _ratio(beside), f"at most {amount(goal, unit)}" if goal else "")
    return Row(cells, None if goal is None else ours <= goal)


def _ratio(beside: Comparison) -> str:
    """Return the ratio of a time or size to the bare server's."""
    if not beside.bare:
        return ""
    if len(beside.ours) == 1:
        return f"{number(beside.ours[0] / beside.bare[0])} {TIMES}"
    found = ratio(beside.ours, beside.bare)
    assert found
    return f"{number(found.middle)} {TIMES}"


def _marked(row: Row) -> Sequence[str]:
    return (*row.cells, {True: "✓", False: "missed", None: ""}[row.met])
