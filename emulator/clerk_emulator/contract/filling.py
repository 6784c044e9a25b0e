"""Fill in properties that the contract requires and a handler does not return, with plain values.

Clerk adds properties to its resources nearly every week. So the emulator follows a contract that is newer than its
handlers. Properties that the contract does not allow, because it is older or Clerk has removed them, are left out. Both
are recorded, so that handlers can be updated.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from clerk_emulator.contract.plain_values import plain_value
from clerk_emulator.contract.specification import document, schema_at
from clerk_emulator.json_types import Json, KeptJson, is_list, is_object


@dataclass(frozen=True)
class Differences:
    """Where responses differ from the contract: properties such as `User.locale`."""

    filled_in: set[str] = field(default_factory=set[str])
    """Those that the contract requires and no handler returns."""
    left_out: set[str] = field(default_factory=set[str])
    """Those that a handler returns and the contract does not allow."""


_MAX_SHAPES = 64
"""The sets of keys that are remembered for one schema."""


def fill_in(pointer: str, body: Any, differences: Differences) -> Any:
    """Return the body with the properties that the schema at a pointer requires, and without those that it forbids.

    The given body is not changed. The properties are added to `differences`.
    """
    return _fill_in(_object_names_at(pointer), body, differences)


@dataclass(frozen=True)
class _ObjectSchema:
    """The properties of an object schema that matter for filling in."""

    name: str
    required: frozenset[str]
    inside: tuple[tuple[str, tuple[str, ...]], ...]
    """The properties that may hold objects, each with the names of these."""
    tags: tuple[Any, ...]
    """The allowed values of its property `object`; empty if any is allowed."""
    allowed: frozenset[str] | None
    """All properties that it allows; None if it allows others."""
    complete: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]], compare=False)
    """Keys of objects that had all required properties and no others than the allowed ones."""


def _fill_in(names: tuple[str, ...], value: Any, differences: Differences) -> Any:
    if isinstance(value, KeptJson):
        # The names are the same object for the same place in a response.
        if value.complete_for is not names:
            filled = _fill_in_object(names, value, differences)
            if filled is not value:
                return filled
            value.complete_for = names
        return value
    if is_object(value):
        return _fill_in_object(names, value, differences)
    if names and is_list(value):
        new = [_fill_in(names, one, differences) for one in value]
        return value if all(map(operator.is_, new, value)) else new
    return value


@functools.lru_cache(maxsize=4096)
def _only_schema(names: tuple[str, ...], tag: str | None) -> _ObjectSchema | None:
    """Return the schema of an object with this tag.

    None if several are possible, because what is missing does not show which one applies.
    """
    schemas = [schema for schema in map(_object_schema, names) if not schema.tags or tag in schema.tags]
    return schemas[0] if len(schemas) == 1 else None


def _fill_in_object(names: tuple[str, ...], value: Json, differences: Differences) -> Json:
    tag = value.get("object")
    schema = _only_schema(names, tag if isinstance(tag, str) else None)
    if schema is None:
        return value
    new: Json = {}
    keys = tuple(value)
    if keys not in schema.complete:
        value, new = _complete(schema, value, differences)
        if not new and tuple(value) == keys and len(schema.complete) < _MAX_SHAPES:
            schema.complete.add(keys)
    for key, inner_names in schema.inside:
        inner_value = value.get(key)
        if inner_value or inner_value == {}:  # null and empty lists are the most common values
            inner = _fill_in(inner_names, inner_value, differences)
            if inner is not inner_value:
                new[key] = inner
    return {**value, **new} if new else value


def _complete(schema: _ObjectSchema, value: Json, differences: Differences) -> tuple[Json, Json]:
    """Return an object without the properties that its schema forbids, and the required properties that it lacks."""
    if schema.allowed is not None and not value.keys() <= schema.allowed:
        differences.left_out.update(f"{schema.name}.{key}" for key in value.keys() - schema.allowed)
        value = {key: held for key, held in value.items() if key in schema.allowed}
    new: Json = {}
    if not schema.required <= value.keys():
        for key in schema.required - value.keys():
            differences.filled_in.add(f"{schema.name}.{key}")
            new[key] = plain_value(document()["components"]["schemas"][schema.name]["properties"].get(key, {}))
    return value, new


@functools.cache
def _object_names_at(pointer: str) -> tuple[str, ...]:
    return tuple(_object_names({"$ref": pointer}))


@functools.cache
def _object_schema(name: str) -> _ObjectSchema:
    schema: Json = document()["components"]["schemas"][name]
    inside = [(key, tuple(_object_names(inner))) for key, inner in schema["properties"].items()]
    return _ObjectSchema(
        name=name,
        required=frozenset(schema.get("required", ())),
        inside=tuple((key, names) for key, names in inside if names),
        tags=tuple(schema["properties"].get("object", {}).get("enum", ())),
        allowed=frozenset(schema["properties"]) if schema.get("additionalProperties") is False else None,
    )


def _object_names(schema: Json) -> Iterator[str]:
    """Yield the names of the objects that a value may be, or that its items may be."""
    name, target = "", schema
    while "$ref" in target:
        name, target = target["$ref"].rpartition("/")[2], schema_at(target["$ref"])
    if "properties" in target:
        yield name
    for inner in (*target.get("anyOf", ()), *([target["items"]] if "items" in target else ())):
        yield from _object_names(inner)
