"""docs/sync-benchmarks.md and its picture."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from benchmarks.plot import drawn
from benchmarks.sync.measures import Found
from clerkkit import __version__

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GOAL = 0.5
_SIDES = (("Sync.apply", "#2da44e"), ("its SQL, with psycopg alone", "#9aa4af"))


def markdown(found: Found, cpus: int) -> str:
    """Return the page."""
    rows = "".join(
        f"| {rate.workers} | {rate.sync:,.0f} / s | {rate.bare:,.0f} / s | {rate.share:.2f} "
        f"| {'✓' if rate.share >= GOAL else 'missed'} | {rate.memory:.0f} MB |\n"
        for rate in found.rates
    )
    one = found.backfill
    return f"""# Benchmarks of the copy

clerkkit {__version__} · PostgreSQL {found.server} · psycopg · Python {platform.python_version()} · {cpus} CPUs; one run
of `make bench-sync`, client and server on one machine. Times depend on the machine, ratios less so.

**Events.** Each worker is a process that applies {found.events:,} updates of random users, to a table with
{found.rows:,} users. The other side executes the same SQL statements, recorded before, with the driver alone. The goal
is a ratio of at least {GOAL}.

| workers | `Sync.apply` | its SQL alone | ratio | goal | memory of a worker |
|---:|---:|---:|---:|---|---:|
{rows}
![Events per second](sync-benchmarks.svg)

**Backfill.** {one.users:,} users of the local Clerk, 500 for each request, in a process that is killed with SIGKILL
{one.kills} times and resumed: {one.users / one.seconds:,.0f} users per second with all restarts, {one.memory:.0f} MB of
memory, {one.missing} users missing, {one.doubled} doubled.
"""


def svg(found: Found) -> str:
    """Return the picture."""
    return drawn(lambda axes: _draw(axes, found), height=2.2)


def _draw(axes: Axes, found: Found) -> None:
    for place, (label, color) in enumerate(_SIDES):
        values = [(rate.sync, rate.bare)[place] for rate in found.rates]
        rows = [number + (place - 0.5) * 0.36 for number in range(len(values))]
        axes.barh(rows, values, height=0.32, color=color, label=label)
        for row, value in zip(rows, values, strict=True):
            axes.text(value, row, f" {value:,.0f}", va="center", fontsize=9)
    axes.set_yticks(range(len(found.rates)), [f"workers: {rate.workers}" for rate in found.rates])
    axes.invert_yaxis()
    axes.set_xlabel("events per second")
    axes.spines[:].set_visible(False)
    axes.legend(frameon=False, fontsize=9)
