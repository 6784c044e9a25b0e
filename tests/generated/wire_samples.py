"""Valid arguments for every operation of the contract, made from its schemas.

jsonschema decides which candidates are valid, not the code under test.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import clerk_bapi.api
from clerk_core import Request
from generator.contract.spelling import snake
from tests.generated.json_samples import CONTRACT, QUIET, Schema, attributes, class_of, matching

Arguments = dict[str, Any]
"""Keywords of a call of an endpoint function."""


# -- operations ----------------------------------------------------------------------------------------------------


class Argument(NamedTuple):
    """An argument of an operation."""

    name: str
    wire: str
    place: str
    """`path`, `query`, `body`, `field` or `file` (of a form), or `raw` (the whole body)."""
    required: bool
    schema: Schema
    joined: bool = False
    """Whether an array is joined by commas."""
    may_be_empty: bool = True
    """Whether an empty string may be sent."""

    @property
    def is_array(self) -> bool:
        """Whether it is sent as a list."""
        return "array" in types(self.schema)


class Operation:
    """An operation of the contract."""

    def __init__(self, method: str, path: str, facts: Schema) -> None:
        self.method = method.upper()
        self.path = path
        self.id: str = facts["operationId"]
        self._names: dict[str, Any] = facts["x-python"]
        self.group: str = self._names["resource"]
        self.member: str = self._names["method"]
        self._facts = facts
        self._body = CONTRACT.follow(facts.get("requestBody", {}))

    @property
    def function(self) -> Callable[..., Request[Any]]:
        """The endpoint function."""
        function: Callable[..., Request[Any]] = getattr(clerk_bapi.api, self._names["function"])
        return function

    @property
    def media(self) -> str | None:
        """The media type of the body, or None."""
        return next(iter(self._body.get("content", ())), None)

    @property
    def body_required(self) -> bool:
        """Whether a body must be sent even if it is empty."""
        return bool(self._body.get("required"))

    @property
    def deprecated(self) -> bool:
        """Whether Clerk has deprecated it."""
        return bool(self._facts.get("deprecated"))

    @property
    def needs_key(self) -> bool:
        """Whether it requires the secret key."""
        return bool(self._facts.get("security", CONTRACT.root["security"]))

    @property
    def results(self) -> Iterator[Schema]:
        """The schemas of successful responses."""
        for status, response in self._facts["responses"].items():
            if status.startswith("2"):
                yield from (media["schema"] for media in CONTRACT.follow(response).get("content", {}).values())

    @cached_property
    def arguments(self) -> list[Argument]:
        """Its arguments; those of the path come first, in order."""
        found = sorted(
            [*self._parameters(), *self._members()],
            key=lambda a: (a.place not in ("path", "query"), a.place != "path", self.path.find(f"{{{a.wire}}}")),
        )
        taken: set[str] = set()
        return [_named(argument, taken) for argument in found]

    def of(self, *places: str) -> list[Argument]:
        """Return the arguments that are sent in some places."""
        return [argument for argument in self.arguments if argument.place in places]

    def _parameters(self) -> Iterator[Argument]:
        for parameter in map(CONTRACT.follow, self._facts.get("parameters", ())):
            wire, place, schema = parameter["name"], parameter["in"], CONTRACT.follow(parameter["schema"])
            yield Argument(
                name=self._names.get("arguments", {}).get(wire, snake(wire)) if place == "path" else snake(wire),
                wire=wire,
                place=place,
                required=bool(parameter.get("required")),
                schema=schema,
                joined=parameter.get("explode") is False and "array" in types(schema),
                may_be_empty=place == "body" or bool(parameter.get("allowEmptyValue")),
            )

    def _members(self) -> Iterator[Argument]:
        for media, content in self._body.get("content", {}).items():
            body = CONTRACT.follow(content["schema"])
            if "properties" not in body:
                name = "body"
                if "items" in body:
                    name = [part for part in self.path.split("/") if part[:1] != "{" and part != "bulk"][-1]
                yield Argument(name, name, "raw", required=True, schema=body)
            for key, schema in body.get("properties", {}).items():
                place = "body" if media == "application/json" else "file" if _is_binary(schema) else "field"
                yield Argument(snake(key), key, place, key in body.get("required", ()), schema)

    def __repr__(self) -> str:
        return self.id


def _named(argument: Argument, taken: set[str]) -> Argument:
    names = (argument.name, argument.wire, f"{argument.name}_{argument.place}")
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return argument._replace(name=name)


OPERATIONS = [
    Operation(method, path, facts)
    for path, methods in CONTRACT.root["paths"].items()
    for method, facts in methods.items()
    if method in ("get", "put", "post", "delete", "options", "head", "patch", "trace")
]


# -- schemas -------------------------------------------------------------------------------------------------------


def types(schema: Schema) -> list[str]:
    """Return the JSON types that a schema names."""
    kinds = CONTRACT.follow(schema).get("type", [])
    return kinds if isinstance(kinds, list) else [kinds]


def branches(schema: Schema) -> list[Schema]:
    """Return the alternatives of a union."""
    target = CONTRACT.follow(schema)
    return [*target.get("anyOf", ()), *target.get("oneOf", ())]


def within(schema: Schema) -> Iterator[Schema]:
    """Yield a request's schema and all those inside it, following references."""
    target = CONTRACT.follow(schema)
    yield target
    extra = target.get("additionalProperties")
    inside = [*branches(target), *target.get("properties", {}).values(), target.get("items"), extra]
    for inner in inside:
        if isinstance(inner, dict):
            yield from within(inner)


_VALIDATORS: dict[int, tuple[Schema, Draft202012Validator]] = {}


def is_valid(schema: Schema, value: Any) -> bool:
    """Return whether jsonschema accepts a value."""
    if id(schema) not in _VALIDATORS:
        _VALIDATORS[id(schema)] = (
            schema,
            CONTRACT.validator_of(schema),
        )  # keeping the schema prevents another one with its id
    return _VALIDATORS[id(schema)][1].is_valid(value)


def _is_binary(schema: Schema) -> bool:
    return CONTRACT.follow(schema).get("format") == "binary"


def _resolved(schema: Schema, value: Any) -> Schema:
    """Return the schema of a value, following references, and the fitting branch of a union."""
    target = CONTRACT.follow(schema)
    fitting = next((branch for branch in branches(target) if is_valid(branch, value)), None)
    return _resolved(fitting, value) if fitting else target


# -- valid values --------------------------------------------------------------------------------------------------

TEXTS = [
    "some text",
    "Zoë 例 😀",
    "a&b=c+d%20e/f?g#h i;j",
    "two\nlines\r\n\t\"quoted\" \\ 'single' <tag> , $ | {x} [y] ^ `",
    " padded ",
    "",
    "null",
    "10.0",
    "+2",
]
IDS = [
    "a/b",
    "a b+c",
    "Zoë/例",
    "%2F",
    "a%2Fb?c=d#e&f",
    "a\\b;c,d:e@f$",
    "../up",
    "...",
    "{id}",
    "two\nlines",
    "~._-",
]
FREE_FORM = [
    {
        "plan": "pro",
        "seats": 5,
        "ratio": 0.5,
        "whole": 2.0,
        "on": True,
        "off": False,
        "none": None,
        "list": [1, [2], {"deep": [{}]}],
    },
    {},
    {"": "empty key", "Zoë 例": "😀", "a.b/c d": {"nested": {"again": [None, "x", 1e-7]}}, "big": 2**60, "low": -1.5},
]
FORMATS: dict[str, list[Any]] = {
    "uri": ["https://example.com/a?b=c&d=%20#e", "myapp://callback"],
    "date-time": ["2026-05-12T10:20:30Z", "2026-05-12T10:20:30.123000Z"],
    "email": ["zoe+test@example.com"],
}
FILES = [b"\x89PNG\r\n\x1a\n" + bytes(range(256)) + b"\r\n--boundary--\r\n", b"x"]


def values(argument: Argument) -> list[Any]:
    """Return valid values of an argument: a typical one first, then edge cases."""
    if argument.place == "file":
        return list(FILES)
    found = _edges_of(argument.wire, argument.schema)
    if argument.place == "path" and set(TEXTS[1:]) <= set(found):
        found = [f"{argument.wire}_2abcDEF", *IDS]
    if argument.place in ("path", "query"):
        found = [
            value for value in found if value is not None and value != []
        ]  # neither paths nor queries have null or an empty value
    if argument.place == "query" and not argument.may_be_empty:
        found = [value for value in found if value != ""]
    return found


def edges(schema: Schema) -> list[Any]:
    """Return valid values for a schema, a typical one first."""
    distinct = {json.dumps(value): value for value in _proposals(CONTRACT.follow(schema))}
    found = [value for value in distinct.values() if is_valid(schema, value)]
    assert found, f"no sample for {schema}"
    return found


def _edges_of(key: str, schema: Schema) -> list[Any]:
    """Return the same as `edges`; typical strings contain their key, so that swapped values are found."""
    found = edges(schema)
    own = f"some {key}"
    return [own, *found[1:]] if found[0] == TEXTS[0] and is_valid(schema, own) else found


def _proposals(schema: Schema) -> Iterator[Any]:
    if "enum" in schema:
        yield from schema["enum"]
        return
    for branch in branches(schema):
        yield from edges(branch)
    kinds = types(schema)
    if not kinds and not branches(schema):
        yield from (*FREE_FORM, ["list", 1], "some text", 7, 0.5, False, None)
    for kind in sorted(kinds, key=lambda kind: kind == "null"):
        yield from _PROPOSALS[kind](schema)


def _texts(schema: Schema) -> Iterator[str]:
    if "x-sort-keys" in schema:
        yield from (sign + key for key in schema["x-sort-keys"] for sign in ("", "+", "-"))
    if "format" in schema:
        yield from FORMATS[schema["format"]]
        return
    if "pattern" in schema:
        yield matching(schema["pattern"])
    # Patterns are ECMAScript, whose classes are ASCII; those of jsonschema are not.
    yield from (text for text in TEXTS if "pattern" not in schema or text.isascii())
    for length in (schema.get("minLength"), schema.get("maxLength")):
        if length is not None:
            yield from ("x" * length, "é" * length if "pattern" not in schema else "x y"[:length].ljust(length, "z"))


def _integers(schema: Schema) -> Iterator[int]:
    if schema.get("format") == "unix-ms":
        yield from (1_769_860_800_123, 0, 10**11, 2**53 + 1)
        return
    yield from (10, 7, 0, 1, -1, 100, 2**31, 2**53 + 1, -(2**40))
    if schema.get("format") == "int64":
        yield from (2**63 - 1, -(2**63))
    for limit in (schema.get("minimum"), schema.get("maximum")):
        if limit is not None:
            yield limit


def _numbers(schema: Schema) -> Iterator[float]:
    yield from (10, 0.5, 7, 0, -2.25, 1e-7, 3600, 2**53 + 1)
    yield from _integers({key: limit for key, limit in schema.items() if key in ("minimum", "maximum")})


def _arrays(schema: Schema) -> Iterator[list[Any]]:
    items = edges(schema["items"])
    yield from (items[:2], items[:1], [], items)
    for length in (schema.get("minItems"), schema.get("maxItems")):
        if length is not None:
            yield _many(schema, length)


def _many(schema: Schema, length: int) -> list[Any]:
    """Return valid items, which are distinct if required."""
    items = itertools.cycle(edges(schema["items"]))
    return _distinct(schema["items"], length) if schema.get("uniqueItems") else [next(items) for _ in range(length)]


def _distinct(items: Schema, length: int) -> list[str]:
    texts = st.from_regex(CONTRACT.follow(items)["pattern"], fullmatch=True, alphabet=st.characters(codec="ascii"))
    lists = st.lists(texts, unique=True, min_size=length, max_size=length)
    return find(lists, lambda _: True, settings=settings(QUIET, phases=[Phase.generate]))


def _objects(schema: Schema) -> Iterator[dict[str, Any]]:
    choices = {key: _edges_of(key, inner) for key, inner in schema.get("properties", {}).items()}
    required = {key: choices[key][0] for key in schema.get("required", ())}
    extra = schema.get("additionalProperties", not choices)
    if choices:
        yield {key: value[0] for key, value in choices.items()}
        yield required
        yield from _in_turn(choices)
    if isinstance(extra, dict):
        yield required | {f"key {index}": value for index, value in enumerate(edges(extra))}
        yield required | dict.fromkeys(("", "Zoë & Co"), edges(extra)[0])
    elif extra:
        yield from (required | other for other in FREE_FORM)


def _in_turn(choices: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Return as few objects as contain every value of every key; consecutive ones differ in every key."""
    for turn in range(max(map(len, choices.values()), default=0)):
        yield {key: options[(turn + place) % len(options)] for place, (key, options) in enumerate(choices.items())}


_PROPOSALS: dict[str, Callable[[Schema], Iterable[Any]]] = {
    "string": _texts,
    "integer": _integers,
    "number": _numbers,
    "boolean": lambda _: (True, False),
    "array": _arrays,
    "object": _objects,
    "null": lambda _: (None,),
}


@cache
def samples(operation: Operation) -> dict[str, Arguments]:
    """Return valid arguments by label: all, the required ones only, and each edge case of each argument."""
    choices = {argument.name: values(argument) for argument in operation.arguments}
    found = {
        "everything": {name: options[0] for name, options in choices.items()},
        "required only": {a.name: choices[a.name][0] for a in operation.arguments if a.required},
    }
    return found | {f"edges {turn}": arguments for turn, arguments in enumerate(_in_turn(choices))}


# -- equal values of other types -----------------------------------------------------------------------------------

Conversion = Callable[[Schema, Any], Any]
"""Converts a value to another type that must be sent as the same JSON."""


def as_models(schema: Schema, value: Any) -> Any:
    """Convert objects to generated classes, except those with undeclared keys."""
    if isinstance(value, dict) and (name := object_name(schema, value)):
        known = CONTRACT.properties(name)
        if value.keys() <= known.keys():
            names = {key: attribute for attribute, key in attributes(class_of(CONTRACT, name)).items()}
            inner = {names[key]: as_models(known[key], item) for key, item in value.items()}
            return class_of(CONTRACT, name)(**inner)
    return _rebuilt(schema, value, as_models)


def object_name(schema: Schema, value: Any) -> str | None:
    """Return the name of an object's schema, if it has properties."""
    name = None
    while "$ref" in schema:
        name, schema = schema["$ref"].rpartition("/")[2], CONTRACT.follow({"$ref": schema["$ref"]})
    if branches(schema):
        return next((object_name(branch, value) for branch in branches(schema) if is_valid(branch, value)), None)
    return name if "properties" in schema else None


def as_floats(schema: Schema, value: Any) -> Any:
    """Convert integers to floats if the schema requires a number and the float is exact."""
    numeric = {"integer", "number"} & set(types(_resolved(schema, value)))
    if numeric and type(value) is int and float(value) == value:
        return float(value)
    return _rebuilt(schema, value, as_floats)


def as_views(schema: Schema, value: Any) -> Any:
    """Convert lists to tuples, dicts to read-only mappings, and bytes to open files."""
    match value:
        case list():
            return tuple(as_views({}, item) for item in value)
        case dict():
            return MappingProxyType({key: as_views({}, item) for key, item in value.items()})
        case bytes():
            return io.BytesIO(value)
    return value


def _rebuilt(schema: Schema, value: Any, conversion: Conversion) -> Any:
    target = _resolved(schema, value)
    match value:
        case list():
            return [conversion(target.get("items", {}), item) for item in value]
        case dict():
            extra = target.get("additionalProperties")
            other = extra if isinstance(extra, dict) else {}
            return {key: conversion(target.get("properties", {}).get(key, other), item) for key, item in value.items()}
    return value


def converted(operation: Operation, arguments: Arguments, conversion: Conversion) -> Arguments:
    """Return the arguments with the conversion applied to all except ids."""
    schemas = {argument.name: argument.schema for argument in operation.arguments}
    return {name: conversion(schemas[name], value) for name, value in arguments.items()}
