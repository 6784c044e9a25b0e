"""Add the entry of an update to the unreleased part of CHANGELOG.md."""

from __future__ import annotations

from generator.changes import Report
from generator.problems import GeneratorProblem

_UNRELEASED = "## Unreleased\n"
_HEADING = "### Clerk's API\n"


def with_entry(text: str, sources: list[str], reports: list[Report]) -> str:
    """Return the changelog with a line per document and a line per breaking change, newest first.

    Raises:
        GeneratorProblem: the changelog has no heading `## Unreleased`.
    """
    before, found, after = text.partition(_UNRELEASED)
    if not found:
        raise GeneratorProblem("CHANGELOG.md: has no line `## Unreleased`")
    unreleased, released, rest = after.partition("\n## ")
    lines = [line for source, report in zip(sources, reports, strict=True) for line in _lines(source, report)]
    entry = "".join(f"{line}\n" for line in lines)
    head, heading, others = unreleased.partition(_HEADING)
    told = f"{head}{heading}\n{entry}{others.lstrip()}" if heading else f"\n{_HEADING}\n{entry}{unreleased}"
    return before + found + told + released + rest


def _lines(source: str, report: Report) -> list[str]:
    breaking = report.breaking
    counted = f"{len(report.changes)} changes for callers, {len(breaking)} of them breaking"
    return [
        f"- `{source}`: {counted}.",
        *(f"  - `{change.place.python}`: {change.description}." for change in breaking),
    ]
