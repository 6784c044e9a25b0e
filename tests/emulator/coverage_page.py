"""The pages in docs/ with the statuses and events of each operation in the tests, for both APIs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from clerk_emulator.contract.specification import (
    HANDSHAKE_PAYLOAD,
    Operation,
    document,
    frontend_document,
    frontend_operations,
    operations,
)
from clerk_emulator.frontend_api import operations as frontend_handlers
from clerk_emulator.frontend_api.registry import HANDLERS as FRONTEND_HANDLERS

DOCS = Path(__file__).resolve().parents[2] / "docs"
BACKEND = DOCS / "emulator-coverage.md"
FRONTEND = DOCS / "emulator-frontend-coverage.md"

_BACKEND_HEAD = """\
# Coverage of the emulator

Statuses and events that the tests of the [emulator](emulator.md) observed for each operation of Clerk's Backend API.
`make coverage-api` runs them and writes this page: the statuses of the responses, all valid against Clerk's contract,
and the webhook events that successful requests caused. Errors that any request can cause are left out: injected faults,
rate limits and unsupported content types. So are the responses to random input.
[emulator-frontend-coverage.md](emulator-frontend-coverage.md) is the same for the Frontend API.
"""
_FRONTEND_HEAD = """\
# Coverage of the emulator's Frontend API

Statuses and events that the tests of the [emulator](emulator.md) observed for each operation of Clerk's Frontend API,
which browsers call. `make coverage-api` runs them and writes this page, as [emulator-coverage.md](emulator-coverage.md)
for the Backend API. Two validators check every response against Clerk's document.

{emulated} of the document's {all} operations are emulated. [The others](#not-emulated) answer with the status 405 and
the code `not_emulated`.
"""
NOT_EMULATED = "## Not emulated"
_COMMON = {415, 429}
_WITHOUT_HANDLER = {"getJWKS"}
"""Operations that the server answers itself."""

Pairs = Collection[tuple[str, Any]]
"""Ids of operations with what was seen. Those of the Frontend API begin with `frontend/`."""


def render_backend(statuses: Pairs, events: Pairs) -> str:
    """Return the page of the Backend API. `statuses` and `events` are pairs of an operation's id with what was seen."""
    shown = [one for one in operations().values() if one.id != HANDSHAKE_PAYLOAD]
    return _BACKEND_HEAD + _sections(shown, document(), statuses, events)


def render_frontend(statuses: Pairs, events: Pairs) -> str:
    """Return the page of the Frontend API."""
    shown = [one for one in frontend_operations().values() if one.id in _answered()]
    head = _FRONTEND_HEAD.format(emulated=len(shown), all=len(frontend_operations()))
    return head + _sections(shown, frontend_document(), statuses, events) + "\n" + not_emulated()


def not_emulated() -> str:
    """Return the section with the operations of the Frontend API that no handler answers."""
    missing = [one for one in frontend_operations().values() if one.id not in _answered()]
    rows = "".join(f"| `{one.method} {one.path}` | {_group(one, frontend_document())} |\n" for one in missing)
    return f"{NOT_EMULATED}\n\n| operation | group |\n|---|---|\n{rows}"


def _answered() -> set[str]:
    """Return the ids of the operations of the Frontend API that are emulated."""
    frontend_handlers.load()
    return FRONTEND_HANDLERS.keys() | _WITHOUT_HANDLER


def update(statuses: Pairs, events: Pairs) -> tuple[str, ...]:
    """Write the pages, and return the names of those that have changed."""
    pages = {BACKEND: render_backend(statuses, events), FRONTEND: render_frontend(statuses, events)}
    changed = [page for page, text in pages.items() if not page.is_file() or page.read_text(encoding="utf-8") != text]
    for page in changed:
        page.write_text(pages[page], encoding="utf-8")
    return tuple(page.name for page in changed)


def _sections(shown: Iterable[Operation], source: Mapping[str, Any], statuses: Pairs, events: Pairs) -> str:
    """Return a section for each group of operations."""
    groups: dict[str, list[Operation]] = {}
    for operation in shown:
        groups.setdefault(_group(operation, source), []).append(operation)
    lines: list[str] = []
    for group in sorted(groups, key=str.lower):
        lines.append(f"\n## {group}\n\n| operation | statuses | events |\n|---|---|---|\n")
        for one in groups[group]:
            seen = {str(status) for status in _of(one, statuses) if status < 500 and status not in _COMMON}
            caused = (f"`{event}`" for event in _of(one, events))
            lines.append(f"| `{one.method} {one.path}` | {_join(seen)} | {_join(caused)} |\n")
    return "".join(lines)


def _of(operation: Operation, pairs: Pairs) -> list[Any]:
    return [value for operation_id, value in pairs if operation_id == operation.qualified_id]


def _join(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _group(operation: Operation, source: Mapping[str, Any]) -> str:
    """Return the first tag of an operation in Clerk's document."""
    tag: str = source["paths"][operation.path][operation.method.lower()]["tags"][0]
    return tag
