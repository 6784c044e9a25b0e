"""JSON nodes of OpenAPI documents and contracts: their keys, references, and walking them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clerk_core.guards import is_list, is_object
from generator.problems import DocumentProblem

Node = dict[str, Any]
"""A JSON object."""

UNIX_MS = "unix-ms"
"""The format of a time in Unix milliseconds."""
DATE_TIME = "date-time"
"""The format of a time as RFC 3339 text."""
SORT_KEYS = "x-sort-keys"
"""Key of the schema of an `order_by` argument: the keys that the list can be sorted by."""
RESPONSE_BY = "x-response-by"
"""Key of an operation: maps an argument to its values, and each value to the schema that is returned for it."""
SCHEMA = "#/components/schemas/"
"""The start of a reference to a named schema."""

METHODS = ("get", "put", "post", "patch", "delete")
NULL: Node = {"type": "null"}
LIMITS = (
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
)


def pointer(at: str, key: str | int) -> str:
    """Return the JSON pointer `at`, extended by one key."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"


def blanked(path: str) -> str:
    """Return the path without the names of its parameters."""
    return re.sub(r"{[^}]*}", "{}", path)


def located_operations(contract: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield path, method and facts of each operation, ordered by path and then as in `METHODS`."""
    for path, item in sorted(contract.get("paths", {}).items()):
        yield from ((path, method, item[method]) for method in METHODS if method in item)


def walk(node: Any) -> Iterator[Node]:
    """Yield every object of a JSON value, outer ones first."""
    if is_object(node):
        yield node
        for value in node.values():
            yield from walk(value)
    elif is_list(node):
        for value in node:
            yield from walk(value)


def target(document: Node, ref: str) -> Any:
    """Return what a reference within the document points to.

    Raises:
        KeyError: it points to nothing.
    """
    node: Any = document
    for step in ref.removeprefix("#/").split("/"):
        node = (node if is_object(node) else {})[step.replace("~1", "/").replace("~0", "~")]
    return node


def follow(document: Node, node: Node) -> Node:
    """Return the node, or what its `$ref` leads to in the end.

    Raises:
        DocumentProblem: the reference leads back to itself.
    """
    seen: set[str] = set()
    while "$ref" in node:
        ref = node["$ref"]
        if ref in seen:
            raise DocumentProblem(ref, "refers to itself")
        seen.add(ref)
        node = target(document, ref)
    return node


def or_null(schema: Node) -> Node:
    """Return a schema that also allows null."""
    if schema.get("type") == "null":
        return schema
    if isinstance(schema.get("type"), str):
        nullable = {**schema, "type": [schema["type"], "null"]}
        if "enum" in schema and None not in schema["enum"]:
            nullable["enum"] = [*schema["enum"], None]
        return nullable
    if "anyOf" in schema:
        branches = schema["anyOf"]
        return schema if NULL in branches else {**schema, "anyOf": [*branches, NULL]}
    return {"anyOf": [schema, NULL]} if schema else {}


def is_boolean_string(schema: Node) -> bool:
    """Return whether the only values are the strings `"true"` and `"false"`."""
    return schema.get("type") == "string" and sorted(schema.get("enum", ())) == ["false", "true"]
