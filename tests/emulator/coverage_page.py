"""docs/emulator-coverage.md: the statuses and events of each operation in the tests."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from clerk_emulator.contract.specification import HANDSHAKE_PAYLOAD, Operation, document, operations

PAGE = Path(__file__).resolve().parents[2] / "docs" / "emulator-coverage.md"

_HEAD = """\
# Coverage of the emulator

What the tests of the [emulator](emulator.md) have seen of each operation of Clerk's Backend API. `make coverage-api`
runs them and writes this page: the statuses of the responses, all valid against Clerk's contract, and the webhook
events that successful requests caused. Errors that any request can cause are left out: injected faults, rate limits
and unsupported content types. So are the responses to random input.
"""
_COMMON = {415, 429}


def render(statuses: Collection[tuple[str, int]], events: Collection[tuple[str, str]]) -> str:
    """Return the page. `statuses` and `events` are pairs of an operation's id with what was seen."""
    lines = [_HEAD]
    groups: dict[str, list[Operation]] = {}
    for operation in operations().values():
        if operation.id != HANDSHAKE_PAYLOAD:
            groups.setdefault(_group(operation), []).append(operation)
    for group in sorted(groups, key=str.lower):
        lines.append(f"\n## {group}\n\n| operation | statuses | events |\n|---|---|---|\n")
        for one in groups[group]:
            seen = {str(status) for status in _of(one, statuses) if status < 500 and status not in _COMMON}
            caused = (f"`{event}`" for event in _of(one, events))
            lines.append(f"| `{one.method} {one.path}` | {_join(seen)} | {_join(caused)} |\n")
    return "".join(lines)


def _of(operation: Operation, pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    return [value for operation_id, value in pairs if operation_id == operation.id]


def _join(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _group(operation: Operation) -> str:
    """Return the first tag of an operation in Clerk's document."""
    tag: str = document()["paths"][operation.path][operation.method.lower()]["tags"][0]
    return tag


def update(text: str) -> bool:
    """Write the page, and return whether it has changed."""
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return False
    PAGE.write_text(text, encoding="utf-8")
    return True
