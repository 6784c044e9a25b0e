"""Walks over the list of a kind, page by page, without skipping an object when others are deleted meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from clerk_core import ApiError
from clerkkit.rate_limit import RateLimiter
from clerkkit.sync.flows.reads import LISTINGS, Listing, expand, rows_of
from clerkkit.sync.flows.steps import Flow, Send, T, Wait
from clerkkit.sync.schema.kinds import Kind

_CURSOR_GONE = (400, 404, 422)


class Position(NamedTuple):
    """Where a walk continues."""

    offset: int = 0
    anchors: tuple[str, ...] = ()
    """The last ids of the page before."""

    @classmethod
    def load(cls, stored: Mapping[str, Any] | None) -> Position:
        """Return the position of a checkpoint."""
        return cls(stored["offset"], tuple(stored["anchors"])) if stored else cls()

    def dump(self) -> dict[str, Any]:
        """Return the position as JSON."""
        return {"offset": self.offset, "anchors": [*self.anchors]}


class Page(NamedTuple):
    """The objects of a page."""

    items: list[dict[str, Any]]
    repeated: int
    """The number of rows that were part of the page before."""
    next: Position | None
    """None after the last page."""
    total: int | None
    """The number of rows in the list, if Clerk says it."""


def read_page(kind: Kind, position: Position, size: int) -> Flow[Page]:
    """Read the page at a position, and the objects to which its rows lead."""
    listing = LISTINGS[kind.name]
    read = _read_after_cursor if listing.has_cursor else _read_at_offset
    rows, following, total = yield from read(listing, position, size)
    items = yield from expand(kind, rows)
    known = {*position.anchors}
    return Page(items, sum(item["id"] in known for item in items), following, total)


_Rows = tuple[list[dict[str, Any]], Position | None, int | None]


def _read_after_cursor(listing: Listing, position: Position, size: int) -> Flow[_Rows]:
    anchors = position.anchors
    while True:
        cursor = {"starting_after": anchors[-1]} if anchors else {}
        try:
            page = yield Send(listing.endpoint(**listing.arguments, **cursor, limit=size))
        except ApiError as error:
            if not anchors or error.status_code not in _CURSOR_GONE:
                raise
            anchors = anchors[:-1]  # the object was deleted: continue after the one before
            continue
        rows = rows_of(page)
        ids = tuple(row["id"] for row in rows)
        return rows, Position(0, ids[-_overlap(size) :]) if rows else None, None


def _read_at_offset(listing: Listing, position: Position, size: int) -> Flow[_Rows]:
    """Read a page that overlaps the one before, and go back if it does not contain any of its rows.

    A deletion moves all rows behind it to a smaller offset.
    """
    overlap, anchors = _overlap(size), set(position.anchors)
    start = max(0, position.offset - overlap)
    while True:
        page = yield Send(listing.endpoint(**listing.arguments, limit=size, offset=start))
        rows = rows_of(page)
        ids = [row["id"] for row in rows]
        if start == 0 or not anchors or anchors & {*ids}:
            break
        start = max(0, start - size)
    total = getattr(page, "total_count", None)
    is_last = len(rows) < size or not {*ids} - anchors
    following = None if is_last else Position(start + len(rows), tuple(ids[-2 * overlap :]))
    return rows, following, total if isinstance(total, int) else None


def _overlap(size: int) -> int:
    return max(1, size // 10)


def limit_requests(flow: Flow[T], limiter: RateLimiter | None) -> Flow[T]:
    """Run a flow, and wait before each request until the limiter allows it."""
    try:
        step = next(flow)
        while True:
            if limiter is not None and isinstance(step, Send):
                yield Wait(limiter.reserve() or 0)
            try:
                result = yield step
            except Exception as error:  # the flow decides
                step = flow.throw(error)
            else:
                step = flow.send(result)
    except StopIteration as stop:
        returned: T = stop.value
        return returned
