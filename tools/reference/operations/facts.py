"""Facts about an operation from the data in spec/: its events and its rate limits."""

from __future__ import annotations

import functools
from typing import Any

import yaml

from generator.code import rate_limits
from generator.code.rate_limits import RateLimit
from tools import event_causes
from tools.reference import cause_table, markdown
from tools.reference.operations.catalog import Operation, operations
from tools.reference.section import ROOT

_RATE_LIMITS = ROOT / "spec" / "rate_limits.yaml"


def render_events(operation: Operation) -> str:
    """Return the table of the acts that an operation does, with the events that they cause."""
    causes = event_causes.of_operation(operation.id)
    if not causes:
        return "None: it changes nothing." if operation.http == "GET" else "No webhook event is known to follow."
    rows = [
        (
            cause.act,
            cause_table.events(cause, source=operation.page) or "none",
            cause.mark,
            cause.evidence,
        )
        for cause in causes
    ]
    table = markdown.table(("when", "events, in order", "mark", "evidence"), rows)
    return f"{table}\n\n{cause_table.marks(causes)}"


def render_rate_limit(operation: Operation) -> str:
    """Return the rate limits of an operation."""
    given = _given()
    if operation.id in given["unlimited"]:
        return "None."
    production, development = (given["general"][kind] for kind in ("production", "development"))
    general = (
        f"{production['calls']} calls in {production['seconds']} seconds in production, {development['calls']} in "
        f"{development['seconds']} seconds in development, counted for this operation alone."
    )
    own = _own_limits().get(operation.id)
    if own is None:
        return general
    others = [operations()[other] for other in own.operations if other != operation.id and other in operations()]
    links = ", ".join(markdown.link(markdown.code(one.name), one.page, source=operation.page) for one in others)
    return f"**{own}**{f', together with {links}' if links else ''}. Besides: {general}"


@functools.cache
def _own_limits() -> dict[str, RateLimit]:
    return rate_limits.load(_RATE_LIMITS)


@functools.cache
def _given() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(_RATE_LIMITS.read_text(encoding="utf-8"))
    return data
