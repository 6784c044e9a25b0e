"""`python -m benchmarks.emulator`: measure, print, and write docs/emulator-benchmarks.md and .svg."""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.emulator import measures, report
from benchmarks.environments import ROOT

DOCS = ROOT / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all measures. A missed goal is printed and is not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.emulator", description=__doc__)
    parser.add_argument("--no-docs", action="store_true", help="leave docs/ as it is")
    chosen = parser.parse_args(arguments)
    start = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        found = measures.everything(Path(folder), progress)
    print(report.terminal(found))
    if chosen.no_docs:
        return 0
    if importlib.util.find_spec("matplotlib") is None:
        print("docs/ stays as it is: the plot needs matplotlib (pip install --group bench).", file=sys.stderr)
        return 0
    from benchmarks.emulator import plot

    drawn = plot.svg(found)
    (DOCS / "emulator-benchmarks.md").write_text(report.markdown(found, measures.BATCH), encoding="utf-8")
    (DOCS / "emulator-benchmarks.svg").write_text(drawn, encoding="utf-8")
    print("Written: docs/emulator-benchmarks.md, docs/emulator-benchmarks.svg", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
