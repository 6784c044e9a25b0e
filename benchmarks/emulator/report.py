"""The report: for a terminal, and as docs/emulator-benchmarks.md."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.emulator import peer
from benchmarks.emulator.measures import ORDERS, SIZES, Comparison, Curve, Found
from benchmarks.emulator.peer import PACKAGE as PEER
from benchmarks.report import TIMES, amount, columns, number, table
from benchmarks.results import Unit, ratio

_WITHIN = 3.0
_HEADS = ("measure", "emulator", "bare server", "ratio", "goal", "result")
_CURVE_HEADS = ("request", *(f"{size:,} users" for size in SIZES), "growth", "result")

_PEER_HEADS = ("request", "emulator", PEER, "ratio", "ratio of processor time", "goal", "result")

_HOW = """\
## How it is measured

`make bench-emulator` runs everything and writes this page. Each server runs in its own process. A client keeps
a request pending on each of four loopback connections, so that the server never waits for one. The Python is that of
Debian, which is built with profile-guided optimization, as those of python.org and of the Docker images are. One that
pyenv builds by default is about a fifth slower.

- **The peer** is the npm package {peer}, which emulates Clerk among others. Both servers start with {users} users,
  keep their state in memory, and receive the same requests in turn, {batch} in each round. "Per second" is elapsed
  time; the ratio of processor time does not depend on what else the machine does. Both are medians over the rounds.
  Both sign tokens in threads, so that they can use a second core. The comparison is left out if node or npm is
  missing.
- **The bare server** is one Starlette route in uvicorn that reads the request and returns a fixed user. It checks
  no key, validates nothing and stores nothing. Its requests per second are one divided by the processor time of a
  request, which is what one core can do. The servers take turns, {requests} requests in each round.
- **Start** is the elapsed time from the command `python -m clerk_emulator` to the first response.
- **Reset** is `Emulator.reset()`, which the pytest fixtures call before each test. It rolls back what was written
  since the start.
- **Memory** is the peak resident size of the process.
- **The curves** show the processor time of a request. Each size has its own emulator and database file, which SQL
  fills; requests to create users are measured on top of that. Each user has one email address. All pages have 10
  users.
- **What grows**: `query` and other partial matches search for text within several columns, and no index helps.
  `count` reads the smallest index. A page at an offset skips all users before it; a page after `starting_after`
  does not.
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
    lines.append(_line("start, to the first response", found.start, Unit.SECONDS, 0.6))
    lines.append(_line("reset", found.resets["reset"], Unit.SECONDS, 1e-3))
    lines.append(_line("… creating a user right after it", found.resets["first"], Unit.SECONDS))
    lines.append(_line("… creating another", found.resets["again"], Unit.SECONDS))
    lines += [_line(f"memory, {name}", beside, Unit.BYTES) for name, beside in found.memory.items()]
    return lines


def races(found: Found) -> list[Row]:
    """Return the rows for the comparison with the peer."""
    return [_race(name, race) for name, race in found.races.items()]


def _race(name: str, race: peer.Race) -> Row:
    ours, theirs = (1 / statistics.median(cost.elapsed for cost in side) for side in (race.ours, race.peer))
    ratios = (f"{number(one)} {TIMES}" for one in (race.throughput, race.processor))
    return Row((name, f"{ours:,.0f} / s", f"{theirs:,.0f} / s", *ratios, f"at least 1 {TIMES}"), race.throughput >= 1)


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
    tables = [(_PEER_HEADS, races(found)), (_HEADS, rows(found)), (_CURVE_HEADS, curves(found))]
    lines = [line for heads, body in tables for line in (*columns([heads, *map(_marked, body)]), "")]
    return "\n".join([_subject(), "", *lines, summary(found)])


def summary(found: Found) -> str:
    """Return how many goals are met."""
    met = [row.met for row in (*races(found), *rows(found), *curves(found)) if row.met is not None]
    return f"{met.count(True)} of {len(met)} goals met"


def markdown(found: Found, requests: int) -> str:
    """Return the page docs/emulator-benchmarks.md."""
    return "\n".join(
        [
            "# Benchmarks of the emulator",
            "",
            f"{_subject()}; one run of `make bench-emulator`. Times depend on the machine, ratios less so.",
            "",
            *([*table(_PEER_HEADS, map(_marked, races(found)), "lrrrrrl"), ""] if found.races else []),
            *table(_HEADS, map(_marked, rows(found)), "lrrrrl"),
            "",
            f"![Time of a request by the number of users, as multiples of {SIZES[0]:,} users](emulator-benchmarks.svg)",
            "",
            f"Processor time of a request. Growth is the ratio of {SIZES[-1]:,} users to {SIZES[0]:,}.",
            f"The goal is at most {_WITHIN:g} {TIMES} for everything that an index serves.",
            "",
            *table(_CURVE_HEADS, map(_marked, curves(found)), f"l{'r' * (len(SIZES) + 1)}l"),
            "",
            _HOW.format(requests=requests, peer=peer.PACKAGE, users=peer.USERS, batch=peer.BATCH),
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
