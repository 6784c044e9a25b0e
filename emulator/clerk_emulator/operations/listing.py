"""Return lists of resources: filtered, sorted and paginated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.json_types import Json
from clerk_emulator.storage.conditions import Column
from clerk_emulator.storage.rows import public_fields
from clerk_emulator.storage.store import ResourceTable, Where, decode_rows

Serializer = Callable[[Call, list[Json]], list[Json]]
StoredSerializer = Callable[[Call, list[tuple[str, str]]], list[Json]]


def serialize_plain(_call: Call, rows: list[Json]) -> list[Json]:
    """Return resources as stored, without their private keys."""
    return [public_fields(row) for row in rows]


def list_resources(
    call: Call,
    table: ResourceTable,
    *where: Where | None,
    sort: Sequence[str] | Mapping[str, Column] = ("created_at",),
    order: Sequence[Column] = (),
    serialize: Serializer = serialize_plain,
) -> Response:
    """Return a page of resources in the operation's list shape.

    `where` are conditions that must all hold; None is ignored. `sort` are the names that `order_by` accepts: columns of
    the table, or names mapped to columns. `order` is the order of a list without `order_by`. `serialize` turns rows
    into response objects. The query parameters `limit`, `offset`, `order_by`, `starting_after` and `paginated` apply if
    the operation has them.
    """
    return list_stored(
        call,
        table,
        *where,
        sort=sort,
        order=order,
        serialize=lambda call, stored: serialize(call, decode_rows([text for _, text in stored])),
    )


def list_stored(
    call: Call,
    table: ResourceTable,
    *where: Where | None,
    sort: Sequence[str] | Mapping[str, Column] = ("created_at",),
    order: Sequence[Column] = (),
    serialize: StoredSerializer,
) -> Response:
    """Return a page as `list_resources` does. `serialize` is given the ids and JSON texts of the rows."""
    conditions = [condition for condition in where if condition is not None]
    columns = {name: table.c[name] for name in sort} if not isinstance(sort, Mapping) else sort
    column, descending = _order(call, columns)
    after = [_after(call, table, descending)] if call.query.get("starting_after") else []
    stored = call.store.all_stored(
        table,
        *conditions,
        *after,
        order=order or table.order_by(column, descending=descending),
        limit=call.query.get("limit"),
        offset=call.query.get("offset") or 0,
    )
    return _response(call, serialize(call, stored), lambda: call.store.count(table, *conditions))


def list_page(call: Call, resources: Sequence[Json]) -> Response:
    """Return the page of all these resources that `limit` and `offset` select, in the operation's list shape."""
    start = call.query.get("offset") or 0
    return _response(call, list(resources[start : start + call.query["limit"]]), lambda: len(resources))


def _response(call: Call, data: list[Json], count: Callable[[], int]) -> Response:
    shape = call.operation.list_shape
    if shape == "array" or (shape == "switch" and not call.query.get("paginated")):
        return Response(data)
    return Response({"data": data, "total_count": count()})


def _order(call: Call, columns: Mapping[str, Column]) -> tuple[Column, bool]:
    # Only the first of several names counts. An unencoded plus in a query is decoded as a space.
    order_by = str(call.query.get("order_by") or "-created_at").partition(",")[0]
    name = order_by.lstrip(" ") if order_by[:1] not in "+-" else order_by[1:]
    if name not in columns:
        raise errors.invalid("order_by", f"must be one of {', '.join(columns)}, with an optional + or - in front")
    return columns[name], order_by.startswith("-")


def _after(call: Call, table: ResourceTable, descending: bool) -> Where:
    """Return the condition for resources that follow `starting_after` in order of creation."""
    if (call.query.get("order_by") or "-created_at").lstrip(" +-") != "created_at":
        raise errors.invalid("starting_after", "can only be used if order_by is created_at")
    if call.query.get("offset"):
        raise errors.invalid("starting_after", "cannot be used together with offset")
    last = call.store.get(table, call.query["starting_after"])
    if last is None:
        raise errors.invalid("starting_after", "must be the id of an existing resource")
    return table.follows(last, table.c.created_at, descending=descending)
