"""The compiled checks accept exactly the values that jsonschema accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_emulator.contract import conformance, schemas, validators
from clerk_emulator.contract.specification import (
    FRONTEND_FILE,
    document,
    frontend_document,
    frontend_operations,
    operations,
    resolve,
)
from clerk_emulator.json_types import KeptJson
from clerk_emulator.request.validation import violation_errors

BODIES = sorted(one.body_pointer for one in operations().values() if one.body_type == "application/json")
COMPONENTS = [f"#/components/schemas/{name}" for name in document()["components"]["schemas"]]
FORMS = sorted(one.body_pointer for one in frontend_operations().values() if one.body)
FRONTEND_COMPONENTS = [
    f"{FRONTEND_FILE}#/components/schemas/{name}" for name in frontend_document()["components"]["schemas"]
]
TYPES = {
    "string": st.sampled_from(["", "a", "ab", "user_1", "ada@example.com", "x" * 300, "é"]) | st.text(max_size=5),
    "integer": st.sampled_from([-1, 0, 1, 2, 100, 101, 10**12, 2**31, 2**63, -(2**63) - 1]),
    "number": st.sampled_from([0, 1.0, 0.5, -2]),
    "boolean": st.booleans(),
    "null": st.none(),
    "array": st.just([]),
    "object": st.just({}),
}
JUNK = st.one_of(*TYPES.values(), st.sampled_from([[[]], [1, 1], ["a", "a"], {"x": 1}, 10.0, 1e300]))


@st.composite
def values(draw: st.DrawFn, schema: Any, depth: int = 4) -> Any:
    """Return a value that often conforms to a schema, or nearly does."""
    schema = resolve(schema)
    if depth == 0 or draw(st.integers(0, 19)) == 0:
        return draw(JUNK)
    if "anyOf" in schema:
        return draw(values(draw(st.sampled_from(schema["anyOf"])), depth))
    if "enum" in schema:
        return draw(st.sampled_from(schema["enum"]))
    types = schema.get("type", "object" if "properties" in schema else "string")
    chosen = draw(st.sampled_from([types] if isinstance(types, str) else types))
    if chosen == "array":
        return draw(st.lists(values(schema.get("items", {}), depth - 1), max_size=3))
    if chosen != "object":
        return draw(TYPES[chosen])
    required = set(schema.get("required", ()))
    properties = schema.get("properties", {})
    names = {name for name in properties if draw(st.booleans())} | required
    if draw(st.integers(0, 4)) == 0:
        names = set(sorted(names)[1:]) | {"another"}
    return {name: draw(values(properties.get(name, {}), depth - 1)) for name in sorted(names)}


@pytest.mark.parametrize(
    "pointers",
    [BODIES, COMPONENTS, FORMS, FRONTEND_COMPONENTS],
    ids=["bodies", "components", "forms", "frontend components"],
)
def test_check_agrees_with_jsonschema(pointers: list[str]) -> None:
    accepted: set[str] = set()

    @given(st.data())
    def agrees(data: st.DataObject) -> None:
        pointer = data.draw(st.sampled_from(pointers))
        value = data.draw(values({"$ref": pointer}))
        found = validators.violations(pointer, value)
        assert conformance.check_at(pointer)(value) == (not found), found
        if not found:
            accepted.add(pointer)

    agrees()
    assert accepted, "no example conforms, so that the comparison shows little"


@pytest.mark.parametrize(
    ("schema", "accepted", "rejected"),
    [
        ({"type": "integer"}, [0, -1], [True, 1.0, "1", None]),
        ({"type": "integer", "format": "int32"}, [-(2**31), 2**31 - 1], [-(2**31) - 1, 2**31]),
        ({"type": "integer", "format": "int64"}, [-(2**63), 2**63 - 1], [-(2**63) - 1, 2**63]),
        ({"type": ["integer", "null"]}, [None, 2**63 - 1], [2**63]),
        ({"type": ["number", "null"]}, [2**63, 1e300], ["1"]),
        ({"type": ["number", "null"]}, [0, 0.5, None], [True, "1"]),
        ({"enum": [1, "a", None]}, [1, "a", None], [True, 1.0, "b"]),
        ({"minimum": 1, "maximum": 2}, [1, 2, 1.5, "0", True], [0, 2.1]),
        ({"exclusiveMinimum": 1}, [2, 1.1], [1]),
        ({"minLength": 1, "maxLength": 2, "pattern": "^a"}, ["a", "ab", 5], ["", "abc", "b"]),
        ({"minItems": 1, "maxItems": 2, "uniqueItems": True}, [["a"], ["a", "b"]], [[], ["a", "b", "c"], ["a", "a"]]),
        ({"items": {"type": "string"}}, [[], ["a"], "a"], [[1]]),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, [{"a": "", "b": 1}, 1], [{}, {"a": 1}]),
        ({"additionalProperties": {"type": "string"}}, [{}, {"a": "b"}], [{"a": 1}]),
        ({"properties": {"a": {}}, "additionalProperties": False}, [{}, {"a": 1}], [{"b": 1}]),
        ({"anyOf": [{"type": "string"}, {"minimum": 5}]}, ["a", 5], [1]),
        ({"type": "string", "format": "email", "x-note": 1, "default": "a"}, ["no address"], [1]),
    ],
    ids=str,
)
def test_check_of_keyword(schema: Any, accepted: list[Any], rejected: list[Any]) -> None:
    check = conformance.compile_check(schema)
    assert [one for one in accepted if not check(one)] == []
    assert [one for one in rejected if check(one)] == []


def test_jsonschema_decides_about_unknown_keywords() -> None:
    schema = {"type": "string", "not": {"enum": ["a"]}}
    assert not conformance.compile_check(schema)("b")
    assert schemas.schema_violations(schema, "b") == []
    assert len(schemas.schema_violations(schema, "a")) == 1


def test_kept_object_is_an_object() -> None:
    check = conformance.compile_check({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]})
    assert check(KeptJson({"a": "x"}))
    assert not check(KeptJson({"a": 1}))
    assert not check(KeptJson({}))


def integers_in(schema: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path to each integer in the objects of a schema."""
    for name, one in resolve(schema).get("properties", {}).items():
        types = resolve(one).get("type", ())
        if "integer" in types and "number" not in types:
            yield (*path, name)
        yield from integers_in(one, (*path, name)) if len(path) < 3 else ()


@pytest.mark.parametrize("operation_id", sorted(one.id for one in operations().values() if one.body))
def test_bodies_have_no_integers_of_more_than_64_bits(operation_id: str) -> None:
    operation = operations()[operation_id]
    for path in integers_in(operation.body):
        body: Any = 2**63
        for name in reversed(path):
            body = {name: body}
        params = [one["meta"].get("param_name") for error in violation_errors(operation, body) for one in error.errors]
        assert ".".join(path) in params
