"""docs/sdk-coverage.md: the result of each method of Clerk's SDKs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD, operations
from tests.sdks.results import Outcome, Result

PAGE = Path(__file__).resolve().parents[2] / "docs" / "sdk-coverage.md"

_OUTCOMES: tuple[Outcome, ...] = ("ok", "refused as documented", "not in Clerk's document")
_HEAD = """\
# Clerk's SDKs and the emulator

`make sdks` calls every method of Clerk's SDKs for JavaScript and Python, unmodified, against the
[emulator](emulator.md), and writes this page. Each method gets valid arguments and the state that it needs, and each
response is validated against Clerk's contract. A method may fail only if Clerk's document does not have its request.

| SDK | methods | {columns} |
|---|---|{rule}|
"""
_CHECKS = """
## Checks

What the SDKs verify themselves: tokens, requests and webhooks that the emulator makes.

"""
_NOT_CALLED = """
## Operations without a method

Clerk's document has these operations, and neither SDK has a method for them. The tests of the emulator call them.

"""


def render(results: Mapping[str, Sequence[Result]], checks: Mapping[str, Sequence[str]]) -> str:
    """Return the page: the results and the passed checks of each SDK."""
    head = _HEAD.format(columns=" | ".join(_OUTCOMES), rule="|".join("---" for _ in _OUTCOMES))
    rows = [_summary(sdk, some) for sdk, some in results.items()]
    sections = [_section(sdk, some) for sdk, some in results.items()]
    passed = [f"- {check} ({sdk})\n" for sdk, some in checks.items() for check in some]
    called = {result.operation_id for some in results.values() for result in some}
    rest = [one for one in operations().values() if one.id not in called and one.id != HANDSHAKE_PAYLOAD]
    others = [f"- `{one.method} {one.path}`\n" for one in rest]
    return "".join([head, *rows, *sections, _CHECKS, *passed, *([_NOT_CALLED, *others] if others else [])])


def _summary(sdk: str, results: Sequence[Result]) -> str:
    counts = Counter(result.outcome for result in results)
    numbers = " | ".join(str(counts[outcome]) for outcome in _OUTCOMES)
    return f"| `{sdk}` | {len(results)} | {numbers} |\n"


def _section(sdk: str, results: Sequence[Result]) -> str:
    lines = [f"\n## {sdk}\n"]
    for group, members in groupby(results, key=lambda result: result.method.partition(".")[0]):
        lines.append(f"\n### {group}\n\n| method | request | result |\n|---|---|---|\n")
        lines += [f"| `{one.method.partition('.')[2]}` | `{one.request}` | {_result(one)} |\n" for one in members]
    return "".join(lines)


def _result(result: Result) -> str:
    note = "; not in Clerk's document" if result.outcome == "ok" and result.operation_id is None else ""
    return f"{result.outcome}{note} ({result.detail})"
