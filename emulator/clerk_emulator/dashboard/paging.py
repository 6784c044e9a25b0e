"""Pages of lists. A cursor names the item that a page begins after, so that every page takes the same time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from clerk_emulator.json_types import Json
from clerk_emulator.storage.sql import Column
from clerk_emulator.storage.store import ResourceTable, Store, Where

PAGE_SIZE = 50

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """The items of a page, the newest first, and the queries of the pages before and after it."""

    items: Sequence[T]
    newer: str | None = None
    older: str | None = None


def newest_first(
    store: Store, table: ResourceTable, query: Mapping[str, str], *where: Where | None, column: Column | None = None
) -> Page[Json]:
    """Return the page of resources that a query selects with `before` or `after`, which are ids.

    `column` is the indexed column to sort by, by default the time of creation. Other parameters of the query stay in
    the links to further pages.
    """
    column = table.c.created_at if column is None else column
    conditions = [condition for condition in where if condition is not None]
    backwards = "after" not in query and "before" in query
    cursor = store.get(table, query.get("after") or query.get("before") or "")
    if cursor is not None:
        conditions.append(table.follows(cursor, column, descending=not backwards))
    order = table.order_by(column, descending=not backwards)
    rows = store.all(table, *conditions, order=order, limit=PAGE_SIZE + 1)
    more, rows = len(rows) > PAGE_SIZE, rows[:PAGE_SIZE]
    if backwards:
        rows.reverse()
    has_newer, has_older = (more, cursor is not None) if backwards else (cursor is not None, more)
    return Page(
        rows,
        link(query, before=rows[0]["id"]) if rows and has_newer else None,
        link(query, after=rows[-1]["id"]) if rows and has_older else None,
    )


def link(query: Mapping[str, str], **cursor: str) -> str:
    """Return the query of another page, with the same filters."""
    kept = {name: value for name, value in query.items() if value and name not in ("after", "before", "notice")}
    return "?" + urlencode(kept | cursor)


def number(text: str | None) -> int | None:
    """Return the number that a text is, such as a position in the ledger; None for any other text."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
