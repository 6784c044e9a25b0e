"""Lists: filters, order, pages."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from clerk_emulator import errors
from clerk_emulator.errors import Json
from clerk_emulator.request.call import Answer, Call, shown
from clerk_emulator.storage.store import Kind, Where

Column = sa.ColumnElement[Any]
Show = Callable[[Call, list[Json]], list[Json]]


def show_plain(_call: Call, rows: list[Json]) -> list[Json]:
    """Resources as they are kept, without what is never shown."""
    return [shown(row) for row in rows]


def listing(
    call: Call,
    kind: Kind,
    *where: Where | None,
    sort: Sequence[str] | Mapping[str, Column] = ("created_at",),
    show: Show = show_plain,
) -> Answer:
    """A page of resources, in the shape in which the operation answers lists.

    `where` are conditions that all hold; None is none, so that a filter that was not sent can be written down as it is.
    `sort` are the names that `order_by` can have: columns of the kind, or names with what to sort by. `show` turns the
    resources of a page into what is answered. The parameters that the query has, and only those, count: `limit`,
    `offset`, `order_by`, `starting_after` and `paginated`.
    """
    held = [one for one in where if one is not None]
    columns = {name: kind.c[name] for name in sort} if not isinstance(sort, Mapping) else sort
    column, descending = _order(call, columns)
    page = [*held, _after(call, kind, descending)] if call.query.get("starting_after") else held
    rows = call.store.all(
        kind,
        *page,
        order=_directed(column, kind.c.id, descending),
        limit=call.query.get("limit"),
        offset=call.query.get("offset") or 0,
    )
    data = show(call, rows)
    shape = call.operation.list_shape
    if shape == "array" or (shape == "switch" and not call.query.get("paginated")):
        return Answer(data)
    return Answer({"data": data, "total_count": call.store.count(kind, *held)})


def _order(call: Call, columns: Mapping[str, Column]) -> tuple[Column, bool]:
    # Of several only the first counts. A plus in a query is read as a space, unless it was encoded.
    asked = str(call.query.get("order_by") or "-created_at").partition(",")[0]
    name = asked.lstrip(" ") if asked[:1] not in "+-" else asked[1:]
    if name not in columns:
        raise errors.invalid("order_by", f"must be one of {', '.join(columns)}, with + or - in front of it or without")
    return columns[name], asked.startswith("-")


@functools.cache
def _directed(column: Column, settling: Column, descending: bool) -> tuple[Column, Column]:
    """What to order by; `settling` settles the order of equals. Kept, as SQLAlchemy knows it again by its identity."""
    return (column.desc(), settling.desc()) if descending else (column.asc(), settling.asc())


def _after(call: Call, kind: Kind, descending: bool) -> Where:
    """The condition for what comes after the resource that `starting_after` names, in the order of creation."""
    if (call.query.get("order_by") or "-created_at").lstrip(" +-") != "created_at":
        raise errors.invalid("starting_after", "can only be used where order_by is created_at")
    if call.query.get("offset"):
        raise errors.invalid("starting_after", "cannot be used together with offset")
    last = call.store.get(kind, call.query["starting_after"])
    if last is None:
        raise errors.invalid("starting_after", "must be the id of a resource that exists")
    here = sa.tuple_(kind.c.created_at, kind.c.id)
    there = sa.tuple_(sa.literal(last["created_at"]), sa.literal(last["id"]))
    return here < there if descending else here > there


def among(column: Column, values: Sequence[Any] | None) -> Where | None:
    """The column has one of the values; None where there are none."""
    return column.in_(values) if values else None


def signed(
    column: Column, values: Sequence[str] | None, within: Callable[[Where], Where] | None = None
) -> Where | None:
    """As `among`, with a sign in front of each value: + or none includes, - excludes.

    `within` turns a condition on the column of another table into one on the table that is listed.
    """
    values = values or ()
    # A plus in a query is read as a space, unless it was encoded.
    included = [value[1:] if value[:1] in ("+", " ") else value for value in values if not value.startswith("-")]
    excluded = [value[1:] for value in values if value.startswith("-")]
    within = within or _as_it_is
    conditions: list[Where] = []
    if included:
        conditions.append(within(column.in_(included)))
    if excluded:
        conditions.append(sa.not_(within(column.in_(excluded))))
    return sa.and_(*conditions) if conditions else None


def _as_it_is(condition: Where) -> Where:
    return condition


def partial(text: str | None, *columns: Column, exact: Column | None = None) -> Where | None:
    """One of the columns holds the text, whatever the case, or `exact` is the text; None where there is no text."""
    if not text:
        return None
    # SQLite's LIKE takes upper and lower case alike.
    held = [column.contains(text, autoescape=True) for column in columns]
    return sa.or_(*held, *(() if exact is None else (exact == text,)))


def between(column: Column, after: int | None, before: int | None) -> Where | None:
    """The column lies after and before these values, as far as they are given."""
    conditions = [column > after] if after is not None else []
    if before is not None:
        conditions.append(column < before)
    return sa.and_(*conditions) if conditions else None


def equals(column: Column, value: Any) -> Where | None:
    """The column has this value; None where the value is None."""
    return column == value if value is not None else None
