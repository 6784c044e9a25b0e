"""Reduce schemas to the kinds of values they allow, so that two schemas can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from clerk_core.guards import is_list, is_object
from generator.contract import nodes
from generator.contract.nodes import UNIX_MS, Node, follow

SCHEMA = "#/components/schemas/"

ANY = "anything"
LIST = "list"
MAP = "mapping"
_FILE = "file"
_TIME = "datetime"
_PLAIN = ("boolean", "integer", "number", "string")

LIMITS = ("exclusiveMaximum", "exclusiveMinimum", *nodes.LIMITS)


@attrs.frozen
class Shape:
    """The kinds of values that a schema allows, each with its schema, and whether null is allowed.

    A kind is a JSON type, `list`, `mapping`, `file`, `datetime`, or the name of a class.
    """

    kinds: dict[str, Node]
    null: bool

    @property
    def is_any(self) -> bool:
        """Whether any type is allowed."""
        return ANY in self.kinds


def shape(contract: Node, schema: Node) -> Shape:
    """Return the shape of a schema; references are followed until they lead to a class."""
    kinds: dict[str, Node] = {}
    null = False
    for kind, found in _kinds(contract, schema):
        if kind == "null":
            null = True
        else:
            kinds[kind] = _either(kinds[kind], found) if kind in kinds else found
    return Shape({ANY: {}} if ANY in kinds else kinds, null)


def class_in(contract: Node, schema: Node) -> str | None:
    """Return the class that a reference leads to (an object with properties), or None."""
    name = None
    while "$ref" in schema:
        name = schema["$ref"].removeprefix(SCHEMA)
        schema = contract["components"]["schemas"][name]
    return name if "properties" in schema else None


def covers(wide: Shape, narrow: Shape) -> bool:
    """Return whether `wide` allows every kind that `narrow` allows."""
    return wide.is_any or all(
        kind in wide.kinds or (kind == "integer" and "number" in wide.kinds) for kind in narrow.kinds
    )


def classes_in(contract: Node, schema: Node) -> Iterator[str]:
    """Yield the classes that a schema refers to directly, including those in lists and mappings."""
    for kind, inner in shape(contract, schema).kinds.items():
        if kind == LIST:
            yield from classes_in(contract, inner.get("items", {}))
        elif kind == MAP:
            yield from classes_in(contract, values_of(inner))
        elif "$ref" in inner:
            yield kind


def values_of(schema: Node) -> Node:
    """Return the schema of a mapping's values."""
    extra: Any = schema.get("additionalProperties")
    return extra if is_object(extra) else {}


def described(contract: Node, schema: Node) -> str:
    """Describe the shape of a schema, such as `string or null` or `list of User`."""
    found = shape(contract, schema)
    words = [_word(contract, kind, inner) for kind, inner in sorted(found.kinds.items())]
    return " or ".join([*words, *(["null"] if found.null or not words else [])])


def shown(value: Any) -> str:
    """Describe a value of the contract."""
    if is_list(value):
        return ", ".join(map(shown, value))
    return {True: "true", False: "false", None: "null"}[value] if value is None or type(value) is bool else str(value)


def _word(contract: Node, kind: str, schema: Node) -> str:
    if kind == LIST:
        return f"list of {described(contract, schema.get('items', {}))}"
    if kind == MAP and values_of(schema):
        return f"mapping to {described(contract, values_of(schema))}"
    if "$ref" in schema:
        return kind
    return f"{kind} ({shown(schema['enum'])})" if "enum" in schema else kind


def _kinds(contract: Node, schema: Node) -> Iterator[tuple[str, Node]]:
    if "$ref" in schema:
        name = class_in(contract, schema)
        yield from [(name, {"$ref": SCHEMA + name})] if name else _kinds(contract, follow(contract, schema))
    elif "anyOf" in schema:
        for branch in schema["anyOf"]:
            yield from _kinds(contract, branch)
    elif "type" not in schema:
        yield ANY, {}
    else:
        types: list[str] = schema["type"] if is_list(schema["type"]) else [schema["type"]]
        for kind in types:
            yield from _of_type(kind, schema)


def _of_type(kind: str, schema: Node) -> Iterator[tuple[str, Node]]:
    if schema.get("format") == UNIX_MS:
        yield _TIME, {}
    if kind in _PLAIN:
        values: Any = [value for value in schema.get("enum", ()) if value is not None]
        # Formats that are separate kinds are left out of the schema.
        known = schema.get("format") in (UNIX_MS, "binary")
        said = {key: value for key, value in schema.items() if key not in ("type", "enum", *(["format"] * known))}
        if schema.get("format") == "binary":
            yield _FILE, said
        else:
            yield kind, {**said, "enum": values} if values else said
    else:
        yield {"array": LIST, "object": MAP}.get(kind, kind), schema


def _either(one: Node, other: Node) -> Node:
    """Merge two branches of one kind: their enum values together, or no enum if one of them has none."""
    both = {**one, **other}
    both.pop("enum", None)
    if "enum" in one and "enum" in other:
        both["enum"] = sorted({*one["enum"], *other["enum"]}, key=str)
    if "items" in both:
        both["items"] = {"anyOf": [one["items"], other["items"]]} if one["items"] != other["items"] else one["items"]
    return both
