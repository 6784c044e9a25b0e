"""Find the operations that can be answered without knowing Clerk's rules.

They create, list, read, update or delete resources of one type: `POST` and `GET` at the path of a collection, and
`GET`, `PATCH`, `PUT` and `DELETE` at the same path followed by an id. The collection must have a `POST`, because there
is nothing to read otherwise, and another of these operations, because a lone `POST` may be an action such as `/ban`.
None of them may have a handler: a handler stores its resources elsewhere.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from clerk_emulator.contract.specification import Operation, operations, resolve, schema_at
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import HANDLERS

Action = Literal["create", "list", "get", "update", "delete"]


@dataclass(frozen=True)
class GenericOperation:
    """An operation on resources of one type."""

    operation: Operation
    action: Action
    collection: str
    """The path of the collection, such as `/organizations/{organization_id}/gadgets`."""
    schema: Json
    """The schema of the resource in the response, or of the report of its deletion; empty if there is none."""

    @property
    def properties(self) -> Json:
        """The schemas of the properties in the response."""
        properties: Json = self.schema.get("properties", {})
        return properties


@functools.cache
def generic_operations() -> dict[str, GenericOperation]:
    """Return the operations that can be answered without a handler, by id."""
    collections: dict[str, list[Operation]] = {}
    for operation in operations().values():
        collections.setdefault(_collection(operation.path), []).append(operation)
    return {
        one.operation.id: one
        for path, members in collections.items()
        if not any(operation.id in HANDLERS for operation in members)
        for one in _of_collection(path, members)
    }


def unanswered_operations() -> list[str]:
    """Return the ids of the operations that have no handler and cannot be answered generically."""
    return [one for one in operations() if one not in HANDLERS and one not in generic_operations()]


def not_emulated(operation: Operation) -> ClerkAPIError:
    """Return a 405: SDKs do not retry it as they do a 5xx, and Clerk's servers do not use it."""
    message = f"clerk_emulator does not emulate {operation.id} ({operation.method} {operation.path}); use Clerk for it."
    error = ClerkAPIError(405, "not_emulated", "not emulated", message)
    same_path = [other for other in operations().values() if other.path == operation.path and other.id != operation.id]
    answered = [other.method for other in same_path if other.id in HANDLERS or other.id in generic_operations()]
    error.headers["Allow"] = ", ".join(answered)
    return error


def type_name(collection: str) -> str:
    """Return the name of the resources in a collection: their `object` or, if they have none, that of the path."""
    tags = [
        resolve(one.properties["object"]).get("enum", ())
        for one in generic_operations().values()
        if one.collection == collection and one.action != "delete" and "object" in one.properties
    ]
    return next((tag[0] for tag in tags if tag), collection.rpartition("/")[2].removesuffix("s"))


def _collection(path: str) -> str:
    """Return the path of a collection, given its own or that of an item."""
    return path.rpartition("/")[0] if path.endswith("}") else path


def _of_collection(path: str, members: list[Operation]) -> list[GenericOperation]:
    found = list(_classified(path, members))
    return found if len(found) > 1 and any(one.action == "create" for one in found) else []


def _classified(path: str, members: list[Operation]) -> Iterator[GenericOperation]:
    for operation in members:
        action = _action(operation, is_collection=operation.path == path)
        pointer = operation.responses.get(operation.success)
        body = resolve(schema_at(pointer)) if pointer else {}
        schema = _object_schema(_items(body) if action == "list" else body)
        if action == "delete" or (action and "id" in schema.get("properties", {})):
            yield GenericOperation(operation, action, path, schema)


def _action(operation: Operation, *, is_collection: bool) -> Action | None:
    actions: dict[str, Action] = (
        {"POST": "create", "GET": "list"}
        if is_collection
        else {"GET": "get", "PATCH": "update", "PUT": "update", "DELETE": "delete"}
    )
    has_object = operation.body is None or (operation.body_type == "application/json" and "items" not in operation.body)
    return actions.get(operation.method) if has_object else None


def _items(schema: Json) -> Json:
    """Return the schema of the items of a list: of an array, of the `data` of a page, or of either."""
    for one in (schema, *map(resolve, schema.get("anyOf", ()))):
        for array in (one, resolve(one.get("properties", {}).get("data", {}))):
            if array.get("type") == "array":
                return resolve(array.get("items", {}))
    return {}


def _object_schema(schema: Json) -> Json:
    """Return the one object schema that a schema is, or allows besides null; an empty one if there is none."""
    objects = [one for one in (schema, *map(resolve, schema.get("anyOf", ()))) if "properties" in one]
    return objects[0] if len(objects) == 1 else {}
