"""Invalid arguments, made from the schemas of the contract and checked by jsonschema."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from clerk_core import UNSET
from tests.generated.json_samples import CONTRACT, Schema, matching
from tests.generated.wire_samples import (
    Argument,
    Arguments,
    Operation,
    _many,
    _resolved,
    is_valid,
    samples,
    types,
)

# -- mistakes ------------------------------------------------------------------------------------------------------


class Mistake(NamedTuple):
    """Valid arguments with one mistake."""

    kind: str
    argument: Argument
    given: Arguments

    def __str__(self) -> str:
        shown = repr(self.given.get(self.argument.name, "left out"))
        return f"{self.kind}: {self.argument.name}={shown if len(shown) <= 200 else f'{shown[:200]}...'}"


ANY_TYPE: list[Any] = ["text", 5, 1.5, True, ["text"], {"key": "text"}, None]


class Thing:
    """An object that cannot be encoded."""


def mistakes(operation: Operation) -> Iterator[Mistake]:
    """Yield the possible mistakes in one argument of the operation; the others are valid."""
    valid = samples(operation)["everything"]
    for argument in operation.arguments:
        wrong = {"path": _wrong_id, "query": _wrong_query, "file": _wrong_file, "field": _wrong_field}
        for kind, value in wrong.get(argument.place, _wrong_body)(argument, valid[argument.name]):
            yield Mistake(kind, argument, {**valid, argument.name: value})
        if argument.required:
            others = {name: value for name, value in valid.items() if name != argument.name}
            yield Mistake("left out", argument, others)
            yield Mistake("UNSET though required", argument, {**valid, argument.name: UNSET})


def _wrong_id(argument: Argument, value: str) -> Iterator[tuple[str, Any]]:
    yield from (("no id", wrong) for wrong in ("", ".", "..", None, 5, True, ["a"], {"a": 1}, b"a", Thing()))
    yield "lone surrogate", "\ud800"
    yield from (found for found in _wrong_texts(argument.schema) if found[1] not in ("", ".", ".."))


def _wrong_query(argument: Argument, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield values that are invalid as text: `5` is not a mistake for a string, because both are encoded alike."""
    yield "None in a query", None
    yield from (("wrong type", wrong) for wrong in ({"a": 1}, Thing(), b"text"))
    if not argument.is_array:
        yield from _wrong_query_text(argument.schema)
        return
    yield from (("None in a query", [*value, None]), ("UNSET within", [*value, UNSET]))
    yield from (("text for a list", "text"), ("wrong type", [["text"]]), ("wrong type", 5))
    yield from (("no value", empty) for empty in ([], (), set[str]()))
    yield from _wrong_length(argument.schema, value)
    yield from ((kind, [wrong]) for kind, wrong in _wrong_query_text(argument.schema["items"]))


def _wrong_query_text(schema: Schema) -> Iterator[tuple[str, Any]]:
    kinds = types(schema)
    if "string" in kinds:
        yield "lone surrogate", "\ud800"
        yield from _wrong_texts(schema)
    else:
        yield from (("wrong type", wrong) for wrong in ("text", "tru", ["10"]))
    if "integer" in kinds:
        yield from (("wrong type", wrong) for wrong in (1.5, True, "10.0"))
        if schema.get("format") == "unix-ms":
            yield from (("no milliseconds", wrong) for wrong in (1_769_860_800, 10**11 - 1, 1, -1, 1.7e9))
        yield from _out_of_range(schema)
    if "boolean" in kinds:
        yield from (("wrong type", wrong) for wrong in (5, 0.5, "2"))
    yield from (("not a number", wrong) for wrong in (math.nan, math.inf, -math.inf))


def _wrong_file(argument: Argument, value: bytes) -> Iterator[tuple[str, Any]]:
    yield from (("wrong type", wrong) for wrong in ("text", None, 5, ["a"], io.StringIO("text"), Thing()))


def _wrong_field(argument: Argument, value: str) -> Iterator[tuple[str, Any]]:
    yield from (("wrong type", wrong) for wrong in (None, {"a": 1}, ["a"], b"text", math.nan, Thing()))
    yield "lone surrogate", "\ud800"


def _wrong_body(argument: Argument, value: Any) -> Iterator[tuple[str, Any]]:
    if argument.is_array:
        yield from (("text for a list", "text"), ("wrong type", {"a": 1}))
    for kind, wrong in _wrong_values(argument.schema, value):
        # Unix milliseconds are converted to a string.
        is_time = CONTRACT.follow(argument.schema).get("format") == "date-time" and type(wrong) in (int, float)
        if not is_time and not is_valid(argument.schema, wrong):
            yield kind, wrong
    yield from _no_json(argument.schema, value)


def _wrong_values(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield candidates at any depth; some of them are valid."""
    target = _resolved(schema, value)
    yield from (("wrong type", wrong) for wrong in ANY_TYPE)
    yield from _wrong_texts(target)
    yield from _out_of_range(target)
    if isinstance(value, list):
        yield from _wrong_length(target, value)
        for kind, wrong in _wrong_values(target["items"], value[0]):
            yield f"{kind} in an item", [*value[1:], wrong]
    if isinstance(value, dict):
        for key in target.get("required", ()):
            yield "required key left out", {name: item for name, item in value.items() if name != key}
        if target.get("additionalProperties") is False:
            yield "unknown key", {**value, "no such key": 1}
        for key, inner in target.get("properties", {}).items():
            for kind, wrong in _wrong_values(inner, value[key]):
                yield f"{kind} in a key", {**value, key: wrong}


def _no_json(schema: Schema, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield values that JSON cannot represent, at any depth."""
    yield from (("not a number", wrong) for wrong in (math.nan, math.inf, -math.inf))
    yield from (("no JSON", wrong) for wrong in (Thing(), b"bytes"))
    if isinstance(value, list):
        yield from (("UNSET within", wrong) for wrong in ([UNSET], [*value, UNSET]))
        yield "not a number in an item", [*value, math.nan]
    if isinstance(value, dict):
        yield from (("UNSET within", {**value, **wrong}) for wrong in ({"a": UNSET}, {"a": {"b": UNSET}}))
        yield from (("UNSET within", {**value, key: UNSET}) for key in value)
        yield "not a number in a key", {**value, "a": [math.nan]}


def _wrong_texts(schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield strings that a schema rejects."""
    schema = CONTRACT.follow(schema)
    if "string" not in types(schema):
        return
    if "enum" in schema:
        yield "unknown enum value", "no such value"
    if "format" in schema:
        yield "no such format", "no such format"
    if "pattern" in schema:
        candidates = ("", " ", f"{matching(schema['pattern'])} ", f"!{matching(schema['pattern'])}\n", "no match \t")
        yield from (("breaks the pattern", text) for text in candidates if not is_valid(schema, text))
    if schema.get("minLength"):
        yield "too short", "x" * (schema["minLength"] - 1)
    if "maxLength" in schema:
        yield "too long", "x" * (schema["maxLength"] + 1)


def _out_of_range(schema: Schema) -> Iterator[tuple[str, Any]]:
    schema = CONTRACT.follow(schema)
    if "minimum" in schema:
        yield "too small", schema["minimum"] - 1
    if "maximum" in schema:
        yield "too large", schema["maximum"] + 1
    if "exclusiveMinimum" in schema:
        yield from (("too small", schema["exclusiveMinimum"]), ("too small", -5))
    if schema.get("format") == "int64":
        yield "too large", 2**63


def _wrong_length(schema: Schema, value: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    if schema.get("minItems"):
        yield "too few items", value[:1] * (schema["minItems"] - 1)
    if "maxItems" in schema:
        yield "too many items", _many(schema, schema["maxItems"] + 1)
    if schema.get("uniqueItems"):
        yield "the same item twice", value[:1] * 2
