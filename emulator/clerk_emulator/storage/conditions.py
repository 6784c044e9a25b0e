"""SQL conditions for filters. Each function returns None if the filter was not sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from clerk_emulator.storage import sql
from clerk_emulator.storage.store import Where

Column = sql.Expression


def is_one_of(column: Column, values: Sequence[Any] | None) -> Where | None:
    """Return the condition that the column has one of the values."""
    return column.in_(values) if values else None


def includes_or_excludes(
    column: Column, values: Sequence[str] | None, wrap: Callable[[Where], Where] | None = None
) -> Where | None:
    """Return the condition for values with a sign: `+` or no sign includes a value, `-` excludes it.

    `wrap` turns a condition on a column of another table into one on the listed table.
    """
    values = values or ()
    # An unencoded plus in a query is decoded as a space.
    included = [value[1:] if value[:1] in ("+", " ") else value for value in values if not value.startswith("-")]
    excluded = [value[1:] for value in values if value.startswith("-")]
    wrap = wrap or _unchanged
    conditions: list[Where] = []
    if included:
        conditions.append(wrap(column.in_(included)))
    if excluded:
        conditions.append(sql.not_(wrap(column.in_(excluded))))
    return sql.and_(*conditions) if conditions else None


def _unchanged(condition: Where) -> Where:
    return condition


def contains_text(text: str | None, *columns: Column, exact: Column | None = None) -> Where | None:
    """Return the condition that a column contains the text, ignoring case, or that `exact` equals it."""
    if not text:
        return None
    # LIKE ignores case in SQLite.
    matches = [column.contains(text) for column in columns]
    return sql.or_(*matches, *(() if exact is None else (exact == text,)))


def equals(column: Column, value: Any) -> Where | None:
    """Return the condition that the column equals the value."""
    return column == value if value is not None else None
