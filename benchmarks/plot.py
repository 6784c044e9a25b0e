"""docs/benchmarks.svg: each side as a multiple of plain httpx, json and PyJWT, on a log scale."""

from __future__ import annotations

import io
import statistics
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.report import TIMES, plain_name
from benchmarks.results import Measure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

TEXT = "#76808b"  # readable on white and on near black
_SIDES = (("clerkkit", "#2da44e"), ("httpx, json, PyJWT", "#9aa4af"), ("official SDK", "#8b5cf6"))
_HEIGHT = 0.26
_STYLE: Any = {
    "svg.fonttype": "none",  # text stays text: small, searchable and accessible
    "svg.hashsalt": "clerkkit",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
}


def svg(measures: Sequence[Measure]) -> str:
    """Return the plot of all measures with targets and three sides. Equal measures give equal bytes."""
    shown = [measure for measure in measures if measure.targets and measure.official]
    return drawn(lambda axes: _draw(axes, shown), height=0.95 * len(shown) + 0.9)


def drawn(draw: Callable[[Axes], None], *, height: float) -> str:
    """Return what `draw` draws as SVG of a height in inches. Equal drawings give equal bytes."""
    # Imported here, so that it is not in memory during the measures.
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        figure = Figure(figsize=(7.6, height), layout="constrained")
        draw(figure.add_subplot())
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines()) + "\n"


def _draw(axes: Axes, shown: Sequence[Measure]) -> None:
    multiples = [_multiples(measure) for measure in shown]
    largest = max(map(max, multiples))
    left = min(map(min, multiples)) / 1.6
    for place, (label, color) in enumerate(_SIDES):
        side = [found[place] for found in multiples]
        rows = [number + (place - 1) * _HEIGHT for number in range(len(shown))]
        axes.barh(rows, [end - left for end in side], height=_HEIGHT * 0.88, left=left, color=color, label=label)
        for row, multiple in zip(rows, side, strict=True):
            axes.text(max(multiple, 1) * 1.06, row, _label(multiple), va="center", fontsize=9)
    axes.axvline(1, color=TEXT, linewidth=0.8, linestyle=(0, (3, 3)), zorder=0)
    axes.set_xscale("log")
    axes.set_xlim(left, largest * 1.6)
    axes.set_yticks(range(len(shown)), [plain_name(measure) for measure in shown])
    axes.invert_yaxis()
    ticks = [tick for tick in (0.01, 0.05, 0.2, 0.5, 1, 2, 5, 20, 100) if left <= tick <= largest * 1.6]
    axes.set_xticks(ticks, [f"{tick:g}{TIMES}" for tick in ticks])
    axes.minorticks_off()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title("Multiples of plain httpx, json and PyJWT, on a log scale; less is better", fontsize=10)
    axes.legend(loc="lower right", frameon=False, fontsize=9)


def _multiples(measure: Measure) -> tuple[float, float, float]:
    """Return each side divided by plain httpx, json or PyJWT, for each round."""

    def multiple(samples: Sequence[float]) -> float:
        return statistics.median(one / plain for one, plain in zip(samples, measure.plain, strict=True))

    return multiple(measure.ours), 1.0, multiple(measure.official)


def _label(multiple: float) -> str:
    digits = 0 if multiple >= 10 or multiple == 1 else 1 if multiple >= 2 else 2
    return f"{multiple:.{digits}f}{TIMES}"
