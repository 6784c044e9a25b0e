"""Joining two schemas: jsonschema checks that the result accepts every value that either accepts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.contract.joining import joined

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NULL: Json = {"type": "null"}
VALUES: list[Any] = [None, "a", "b", "c", 1, 1.5, True, [], ["a"], [None], [1], {}, {"x": "a"}, {"x": 1}]


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def of(schema: Json, *required: str, **more: Any) -> Json:
    return {"type": "object", "properties": {"x": schema}, "required": [*required], **more}


def enum(*values: str | None) -> Json:
    return {"type": ["string", "null"] if None in values else "string", "enum": [*values]}


def items(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def joint(one: Json, other: Json) -> Json | None:
    both = joined(of(one), of(other), lambda a, b: a.rpartition("/")[2][0] == b.rpartition("/")[2][0])
    member: Json | None = both["properties"]["x"] if both else None
    return member


FITTING = [
    (TEXT, TEXT, TEXT),
    (TEXT, {"type": ["string", "null"]}, {"type": ["string", "null"]}),
    (enum("a"), enum("b"), enum("a", "b")),
    (enum("a"), enum("a", None), enum("a", None)),
    (enum("a"), TEXT, TEXT),
    (enum("a", None), TEXT, {"type": ["string", "null"]}),
    ({"type": "integer"}, {"type": "number"}, {"type": "number"}),
    ({"type": "integer", "format": "int64"}, {"type": "integer"}, {"type": "integer"}),
    ({**TEXT, "minLength": 1}, {**TEXT, "minLength": 2}, TEXT),
    ({**TEXT, "deprecated": True}, TEXT, TEXT),
    ({**TEXT, "deprecated": True}, {**TEXT, "deprecated": True}, {**TEXT, "deprecated": True}),
    (items(enum("a")), items(enum("b", None)), items(enum("a", "b", None))),
    (ref("A"), ref("A2"), ref("A")),
    (ref("A"), {"anyOf": [ref("A2"), NULL]}, {"anyOf": [ref("A"), NULL]}),
    ({"anyOf": [ref("A"), ref("B")]}, {"anyOf": [ref("A"), ref("B"), NULL]}, {"anyOf": [ref("A"), ref("B"), NULL]}),
    (
        {"type": "object", "additionalProperties": TEXT},
        {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    ),
    ({"type": "object", "additionalProperties": True}, {"type": "object"}, {"type": "object"}),
]


@pytest.mark.parametrize(("one", "other", "expected"), FITTING)
def test_joined_property_accepts_what_either_accepts(one: Json, other: Json, expected: Json) -> None:
    assert joint(one, other) == expected
    back = joint(other, one)
    assert back is not None
    if "$ref" in str(expected):
        return
    for schema, value in itertools.product((expected, back), VALUES):
        either = any(Draft202012Validator(branch).is_valid(value) for branch in (one, other))
        assert not either or Draft202012Validator(schema).is_valid(value)
    assert {type(value) for value in VALUES if Draft202012Validator(expected).is_valid(value)} == {
        type(value) for value in VALUES for branch in (one, other) if Draft202012Validator(branch).is_valid(value)
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, {"type": "integer"}),
        (TEXT, {"type": ["integer", "null"]}),
        (TEXT, ref("A")),
        (ref("A"), ref("B")),
        (items(TEXT), items({"type": "integer"})),
        (items(ref("A")), items(ref("B"))),
        ({"anyOf": [ref("A"), ref("B")]}, ref("A")),
        ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": ref("A")}),
        (TEXT, {}),
    ],
)
def test_conflicting_properties_are_not_joined(one: Json, other: Json) -> None:
    assert joint(one, other) is None
    assert joint(other, one) is None


def test_property_that_one_schema_lacks_is_optional() -> None:
    one = {"type": "object", "properties": {"a": TEXT, "b": TEXT, "c": TEXT}, "required": ["a", "b"]}
    other = {"type": "object", "properties": {"a": TEXT, "b": TEXT, "d": TEXT}, "required": ["a", "d"]}
    assert joined(one, other, str.__eq__) == {
        "type": "object",
        "properties": {"a": TEXT, "b": TEXT, "c": TEXT, "d": TEXT},
        "required": ["a"],
    }
    closed = joined({**one, "additionalProperties": False}, {**other, "additionalProperties": False}, str.__eq__)
    assert closed is not None
    assert closed["additionalProperties"] is False
    assert "additionalProperties" not in (joined({**one, "additionalProperties": False}, other, str.__eq__) or {})
    assert "required" not in (joined(one, {**other, "required": []}, str.__eq__) or {})
