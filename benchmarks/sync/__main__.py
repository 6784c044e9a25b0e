"""`python -m benchmarks.sync`: measure, and write docs/sync-benchmarks.md and .svg."""

from __future__ import annotations

import argparse
import os
import sys
import time

from benchmarks.environments import ROOT
from benchmarks.sync import report
from benchmarks.sync.measures import everything


def main() -> int:
    """Run all measures. A missed goal is printed and is not an error."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sync", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="the users in the table")
    parser.add_argument("--users", type=int, default=100_000, help="the users that are backfilled")
    parser.add_argument("--events", type=int, default=1000, help="the events of each worker in a round")
    chosen = parser.parse_args()
    start = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - start:6.1f} s  {text}", file=sys.stderr, flush=True)

    found = everything(chosen.rows, chosen.users, chosen.events, progress)
    page = report.markdown(found, os.cpu_count() or 1)
    print(page)
    (ROOT / "docs" / "sync-benchmarks.md").write_text(page, encoding="utf-8")
    (ROOT / "docs" / "sync-benchmarks.svg").write_text(report.svg(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
