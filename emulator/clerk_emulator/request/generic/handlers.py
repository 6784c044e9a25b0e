"""Handlers for operations on resources without rules: they store what they are sent, and return what is stored."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Callable

from clerk_emulator import errors
from clerk_emulator.call import Call, Response
from clerk_emulator.contract import responses
from clerk_emulator.contract.plain_values import plain_value
from clerk_emulator.contract.schemas import contract_violations
from clerk_emulator.contract.specification import operations, resolve
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, is_list
from clerk_emulator.operations.listing import list_resources
from clerk_emulator.operations.registry import HANDLERS
from clerk_emulator.request.generic.resources import (
    Action,
    GenericOperation,
    generic_operations,
    not_emulated,
    type_name,
)
from clerk_emulator.storage.conditions import Column
from clerk_emulator.storage.store import Where
from clerk_emulator.storage.tables import GENERIC_RESOURCES

HEADER = "Clerk-Emulator"
"""The header of responses from here. Its value is `generic`."""

_LISTING = ("limit", "offset", "order_by", "starting_after", "paginated")


def handle(call: Call) -> Response:
    """Answer one of `generic_operations`. Raises ClerkAPIError, also if no valid response can be made without rules."""
    generic = generic_operations()[call.operation.id]
    try:
        _require_parents(call, generic.collection)
        response = _ACTIONS[generic.action](generic, call)
    except ClerkAPIError as error:
        error.headers[HEADER] = "generic"
        raise
    if responses.violations(call.operation, call.operation.success, response.body):
        raise not_emulated(call.operation)
    return dataclasses.replace(response, headers={HEADER: "generic"})


def _create(generic: GenericOperation, call: Call) -> Response:
    name = type_name(generic.collection)
    row = call.store.create(
        GENERIC_RESOURCES,
        {
            **_accepted(generic, call.path | call.body),
            "object": name,
            "id": call.ids.new(name),
            "_collection": generic.collection,
            "_parents": _parents(call, generic.collection),
        },
    )
    return Response(_represent(generic, row))


def _list(generic: GenericOperation, call: Call) -> Response:
    filters = [
        _column(name).in_(value) if is_list(value) else _column(name) == value
        for name, value in call.query.items()
        if value is not None and name in generic.properties and name not in _LISTING
    ]
    return list_resources(
        call,
        GENERIC_RESOURCES,
        *_in_collection(generic, call),
        *filters,
        sort={**{name: _column(name) for name in generic.properties}, "created_at": GENERIC_RESOURCES.c.created_at},
        serialize=lambda _, rows: [_represent(generic, row) for row in rows],
    )


def _get(generic: GenericOperation, call: Call) -> Response:
    return Response(_represent(generic, _require(generic, call)))


def _update(generic: GenericOperation, call: Call) -> Response:
    row = _require(generic, call)
    return Response(_represent(generic, call.store.update(GENERIC_RESOURCES, row, **_accepted(generic, call.body))))


def _delete(generic: GenericOperation, call: Call) -> Response:
    row = _require(generic, call)
    call.store.delete(GENERIC_RESOURCES, GENERIC_RESOURCES.c.id == row["id"])
    return Response(_represent(generic, {**row, "deleted": True}) if generic.schema else None)


_ACTIONS: dict[Action, Callable[[GenericOperation, Call], Response]] = {
    "create": _create,
    "list": _list,
    "get": _get,
    "update": _update,
    "delete": _delete,
}


def _accepted(generic: GenericOperation, sent: Json) -> Json:
    """Return the values in a request that the resource has as properties, in the same form."""
    return {
        name: value
        for name, value in sent.items()
        if name in generic.properties
        and name not in ("id", "object")
        and not contract_violations(generic.properties[name], value)
    }


def _represent(generic: GenericOperation, row: Json) -> Json:
    """Return a resource as the operation does: the properties that it has, and plain values for others if required."""
    held: Json = {}
    for name, schema in generic.properties.items():
        if name in row:
            is_time = name in ("created_at", "updated_at") and resolve(schema).get("type") == "string"
            held[name] = _iso_time(row[name]) if is_time else row[name]
        elif name in generic.schema.get("required", ()):
            held[name] = plain_value(schema)
    return held


def _iso_time(milliseconds: int) -> str:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).isoformat(timespec="milliseconds")


def _require(generic: GenericOperation, call: Call) -> Json:
    """Return the resource with the id in the path. Raises Clerk's 404 if there is none."""
    resource_id = call.path[call.operation.path_names[-1]]
    has_id = GENERIC_RESOURCES.c.id == resource_id
    row = call.store.find(GENERIC_RESOURCES, has_id, *_in_collection(generic, call))
    if row is None:
        raise errors.not_found(type_name(generic.collection).replace("_", " "), resource_id)
    return row


def _in_collection(generic: GenericOperation, call: Call) -> tuple[Where, Where]:
    c = GENERIC_RESOURCES.c
    return c.collection == generic.collection, c.parents == _parents(call, generic.collection)


def _parents(call: Call, collection: str) -> str:
    """Return the values of the parameters in the path of a collection, as JSON."""
    return json.dumps(list(call.path.values())[: collection.count("{")])


def _column(name: str) -> Column:
    """Return a property of the stored resources, for conditions and sorting."""
    return Column(f"json_extract(data, '$.\"{name}\"')")


def _require_parents(call: Call, collection: str) -> None:
    """Raise Clerk's 404 if a resource that the collection belongs to does not exist.

    It is read with its own operation, if it has one without required parameters.
    """
    reads = {one.path: one for one in operations().values() if one.method == "GET"}
    segments = collection.split("/")
    parents = ["/".join(segments[: end + 1]) for end, segment in enumerate(segments) if segment.startswith("{")]
    for parent in (reads[path] for path in parents if path in reads):
        if any(parameter.required for parameter in parent.query):
            continue
        names = parent.path_names
        read = dataclasses.replace(
            call,
            operation=parent,
            path=dict(zip(names, call.path.values(), strict=False)),
            query={parameter.name: parameter.schema.get("default") for parameter in parent.query},
            body={},
        )
        if parent.id in HANDLERS:
            HANDLERS[parent.id].handle(read)
        elif parent.id in generic_operations():
            _get(generic_operations()[parent.id], read)
