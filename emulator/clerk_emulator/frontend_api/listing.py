"""Return pages of lists, as the browser asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.json_types import Json
from clerk_emulator.storage.conditions import Column
from clerk_emulator.storage.store import ResourceTable, Where

Serializer = Callable[[BrowserCall, list[Json]], list[Json]]


def list_page(
    call: BrowserCall,
    table: ResourceTable,
    *where: Where | None,
    serialize: Serializer,
    order: Sequence[Column] = (),
) -> Json:
    """Return the page of resources that `limit` and `offset` select, with the count of all.

    `where` are conditions that must all hold; None is ignored. The newest come first unless `order` is given.
    """
    conditions = [condition for condition in where if condition is not None]
    rows = call.store.all(
        table,
        *conditions,
        order=order or table.newest_first,
        limit=call.query.get("limit"),
        offset=call.query.get("offset") or 0,
    )
    return {"data": serialize(call, rows), "total_count": call.store.count(table, *conditions)}


def cut_page(call: BrowserCall, rows: Sequence[Json]) -> Json:
    """Return the page of all these objects that `limit` and `offset` select, with the count of all.

    All are returned if the operation has no `limit`.
    """
    start, limit = call.query.get("offset") or 0, call.query.get("limit")
    return {"data": list(rows[start : start + limit if limit else None]), "total_count": len(rows)}
