"""What an answer must have, and its handler does not know, is there with a plain value.

Clerk adds properties to its resources nearly every week: with a contract that is newer than its handlers, the emulator
answers as that contract says all the same. What was filled in is told, so that a handler can be taught the meaning.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clerk_emulator.contract.specification import Json, document, resolved, schema_at
from clerk_emulator.errors import is_list, is_object

Told = Callable[[str], object]
"""Is told of each property that was filled in, such as `User.locale`."""


def completed(pointer: str, body: Any, told: Told) -> Any:
    """The body, with all that the schema at a pointer requires; itself where nothing is missing, and never changed."""
    return _completed(_at(pointer), body, told)


@dataclass(frozen=True)
class _Object:
    """An object of the contract, as far as it can lack something."""

    name: str
    required: frozenset[str]
    inside: Mapping[str, tuple[str, ...]]
    """By property, the objects that it may hold."""
    tags: tuple[Any, ...]
    """What its property `object` may be; empty where that is not said."""


def _completed(names: tuple[str, ...], value: Any, told: Told) -> Any:
    if not names:
        return value
    if is_list(value):
        new = [_completed(names, one, told) for one in value]
        return value if all(map(operator.is_, new, value)) else new
    if not is_object(value):
        return value
    kinds = [kind for kind in map(_object, names) if not kind.tags or value.get("object") in kind.tags]
    # Of several that it may be, which one it is cannot be told from what it lacks.
    return _filled(kinds[0], value, told) if len(kinds) == 1 else value


def _filled(kind: _Object, value: Json, told: Told) -> Json:
    new: Json = {}
    for key in kind.required - value.keys():
        told(f"{kind.name}.{key}")
        new[key] = _plain(document()["components"]["schemas"][kind.name]["properties"].get(key, {}))
    for key, names in kind.inside.items():
        held = value.get(key)
        if held is not None and held != []:  # most often one of them
            inner = _completed(names, held, told)
            if inner is not held:
                new[key] = inner
    return {**value, **new} if new else value


@functools.cache
def _at(pointer: str) -> tuple[str, ...]:
    return tuple(_names({"$ref": pointer}))


@functools.cache
def _object(name: str) -> _Object:
    schema: Json = document()["components"]["schemas"][name]
    inside = {key: tuple(_names(inner)) for key, inner in schema["properties"].items()}
    return _Object(
        name=name,
        required=frozenset(schema.get("required", ())),
        inside={key: names for key, names in inside.items() if names},
        tags=tuple(schema["properties"].get("object", {}).get("enum", ())),
    )


def _names(schema: Json) -> Iterator[str]:
    """The objects that a value may be, or hold as a list; those of the contract all have names."""
    name, found = "", schema
    while "$ref" in found:
        name, found = found["$ref"].rpartition("/")[2], schema_at(found["$ref"])
    if "properties" in found:
        yield name
    for inner in (*found.get("anyOf", ()), *([found["items"]] if "items" in found else ())):
        yield from _names(inner)


def _plain(schema: Json) -> Any:
    """A value that says as little as its schema allows."""
    found = resolved(schema)
    if "default" in found:
        return found["default"]
    if "anyOf" in found:
        options = [resolved(one) for one in found["anyOf"]]
        return None if {"type": "null"} in options else _plain(options[0])
    kind = found.get("type")
    if "enum" in found and "null" not in (kind or ()):
        return found["enum"][0]
    if kind is None or "null" in kind:
        return None
    if kind == "object":
        required = found.get("required", ())
        return {key: _plain(inner) for key, inner in found.get("properties", {}).items() if key in required}
    plain: Json = {"string": "", "boolean": False, "array": []}
    return plain.get(kind, found.get("minimum", 0))
