"""docs/emulator-benchmarks.svg: how requests grow with the number of users, both axes on a log scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.emulator.measures import SIZES, Found
from benchmarks.emulator.report import slowest_order
from benchmarks.plot import TEXT, drawn
from benchmarks.report import TIMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLORS = {
    "first page": "#2da44e",
    "email_address": "#0ea5b7",
    "external_id": "#3b82f6",
    "starting_after, deep inside": "#8b5cf6",
    "offset, half way": "#d97706",
    "query, which few match": "#dc4a4a",
}
_SLOWEST_ORDER = "#84a22d"


def svg(found: Found) -> str:
    """Return the plot of the curves; of all orders, only the slowest."""
    return drawn(lambda axes: _draw(axes, found), height=4.6)


def _draw(axes: Axes, found: Found) -> None:
    slowest = slowest_order(found)
    lines = [(curve.name, curve.growth, _COLORS[curve.name]) for curve in found.curves if curve.name in _COLORS]
    lines.insert(1, (f"{slowest.name}, the slowest order", slowest.growth, _SLOWEST_ORDER))
    largest = max(growth[-1] for _, growth, _ in lines)
    # From the steepest down, in the order of the legend.
    for name, growth, color in sorted(lines, key=lambda line: -line[1][-1]):
        label = f"{name}: {_times(growth)}"
        axes.plot(SIZES, growth, color=color, marker="o", markersize=4, linewidth=1.6, label=label)
    axes.axhline(1, color=TEXT, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(0.7, largest * 1.4)
    axes.set_xticks(SIZES, [f"{size:,} users" for size in SIZES])
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if tick <= largest * 1.4]
    axes.set_yticks(ticks, [f"{tick:g}{TIMES}" for tick in ticks])
    axes.minorticks_off()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"Time of a request, as multiples of that with {SIZES[0]:,} users (log scales)", fontsize=10)
    axes.legend(loc="upper left", frameon=False, fontsize=9)


def _times(growth: list[float]) -> str:
    return f"{growth[-1]:.{0 if growth[-1] >= 10 else 1}f}{TIMES}"
