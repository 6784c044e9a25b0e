"""`python -m tools.readme`: copy the times in README's table from docs/benchmarks.md."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"

MEASURES = {
    "import the package and create a client": "import and `Clerk`",
    "decode one user": "decoding one user",
    "decode a page of 500 users": "decoding 500 users",
    "call an operation": "a call by `Clerk`",
    "call an operation, async": "a call by `AsyncClerk`",
    "authenticate a request whose token was seen before": "a request with a token seen before",
    "peak memory with 500 users": "peak memory, 500 users",
}
"""The first column of README's table, and the measure of docs/benchmarks.md that each row shows."""

_ROW = re.compile(r"^\| (?P<name>.+?) \| (?P<ours>[^|]+) \| [^|]+ \| (?P<official>[^|]+) \|$", re.MULTILINE)


def with_times(readme: str, benchmarks: str) -> str:
    """Return README with the times of docs/benchmarks.md.

    Raises:
        KeyError: docs/benchmarks.md does not have a measure.
        ValueError: README does not have a row.
    """
    measured = {row["name"]: (row["ours"], row["official"]) for row in _ROW.finditer(benchmarks)}
    for name, measure in MEASURES.items():
        ours, official = measured[measure]
        row = f"| {name} | {ours} | {official} |"
        readme, found = re.subn(rf"^\| {re.escape(name)} \|.*$", row, readme, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"README.md has {found} rows named {name!r}, expected one")
    return readme


def main() -> None:
    """Rewrite README."""
    text = with_times(README.read_text(encoding="utf-8"), BENCHMARKS.read_text(encoding="utf-8"))
    README.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
