"""`python -m benchmarks`: measure, print, and write docs/benchmarks.md and docs/benchmarks.svg."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks import environments, measures, report, results, sample_users

USERS = 500
DOCS = environments.ROOT / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all measures. Return 1 for missed targets only with `--strict`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit code 1 unless every target is measured and met")
    parser.add_argument("--no-docs", action="store_true", help="leave docs/ as it is")
    chosen = parser.parse_args(arguments)
    progress = _progress()
    try:
        progress("our environment")
        ours, tasks = environments.ours(), environments.tasks()
    except environments.Unavailable as problem:
        print(f"error: this project could not be installed into its environment: {problem}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        sides, subject = _prepare(ours, tasks, _official(progress), Path(folder))
        found = measures.everything(sides, progress)
    progress("done")
    print(report.terminal(subject, found, color=sys.stdout.isatty() and "NO_COLOR" not in os.environ))
    if not chosen.no_docs:
        _write_docs(subject, found, sides)
    return int(chosen.strict and any(not verdict.kept for verdict in results.verdicts(found)))


def _progress() -> Callable[[str], None]:
    """Return a function that prints a line on stderr, with the seconds since the start."""
    start = time.monotonic()
    return lambda text: print(f"{time.monotonic() - start:6.1f} s  {text}", file=sys.stderr, flush=True)


def _official(progress: Callable[[str], None]) -> environments.Environment | None:
    progress(f"the official SDK's environment ({environments.OFFICIAL})")
    try:
        return environments.official()
    except environments.Unavailable as problem:
        print(
            f"The official SDK could not be installed, so its column stays empty: {problem}\n"
            "Is the package registry reachable? The next run tries again.",
            file=sys.stderr,
        )
        return None


def _prepare(
    ours: environments.Environment,
    tasks: environments.Environment,
    official: environments.Environment | None,
    folder: Path,
) -> tuple[measures.Sides, report.Subject]:
    """Write the users and tokens to files for all sides."""
    users = sample_users.users(USERS, environments.ROOT / "spec" / "contract.json")
    sides = measures.Sides(ours, tasks, official, folder / "users.json", folder / "user.json", folder / "tokens.json")
    for path, value in ((sides.many, users), (sides.one, users[0])):
        # Compact and unescaped, as Clerk's server writes it.
        path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    # In another process, because this one must stay small.
    tokens = ours.output(str(environments.HERE / "sample_tokens.py"), str(measures.USERS))
    sides.tokens.write_text(tokens, encoding="utf-8")
    versions = ours.versions()
    subject = report.Subject(
        ours=versions["clerkkit"],
        httpx=versions["httpx"],
        pyjwt=versions["pyjwt"],
        official=official.versions()["clerk-backend-api"] if official else None,
        many_bytes=sides.many.stat().st_size,
        one_bytes=sides.one.stat().st_size,
        objects_per_user=sum(map(_objects, users)) / len(users) - 1,
    )
    return sides, subject


def _objects(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_objects, value.values()))
    return sum(map(_objects, value)) if isinstance(value, list) else 0


def _write_docs(subject: report.Subject, found: Sequence[results.Measure], sides: measures.Sides) -> None:
    """Write page and plot, or neither, so that they never contradict each other."""
    if sides.official is None:
        print("docs/ stays as it is: the official SDK is missing from this run.", file=sys.stderr)
    elif importlib.util.find_spec("matplotlib") is None:
        print("docs/ stays as it is: the plot needs matplotlib (pip install --group bench).", file=sys.stderr)
    else:
        from benchmarks import plot

        drawn = plot.svg(found)
        (DOCS / "benchmarks.md").write_text(report.markdown(subject, found), encoding="utf-8")
        (DOCS / "benchmarks.svg").write_text(drawn, encoding="utf-8")
        print("Written: docs/benchmarks.md, docs/benchmarks.svg", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
