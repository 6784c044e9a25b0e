"""Comparison with schemas that the current contract does not contain, and limits."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

from jsonschema import Draft202012Validator

from clerkkit.drift.comparison import MAX_MISMATCHES, MAX_PLACES, Comparison
from clerkkit.drift.redaction import Vocabulary


def mismatches(schema: Any, value: Any, **named: Any) -> list[tuple[str, str, str, str]]:
    found = Comparison(named, Vocabulary({*"abcd~", "a/b"})).find_mismatches(schema, value)
    return [(mismatch.pointer, mismatch.kind, mismatch.expected, mismatch.seen) for mismatch, _ in found]


def closed(*keys: str) -> dict[str, Any]:
    return {"type": "object", "properties": dict.fromkeys(keys, TEXTS), "required": list(keys)}


TEXTS = {"type": "string"}


def test_variant_without_tag_is_the_one_with_fewest_mismatches() -> None:
    either = {"anyOf": [{**closed("a"), "additionalProperties": True}, {"$ref": "Other"}]}
    other = closed("c")
    more = {"c": "text", "d": 1, "": "text"}
    assert mismatches(either, more, Other=other) == [
        ("/d", "unknown key", "no such key", "integer"),
        ("/*", "unknown key", "no such key", "string under a key of 0 characters"),
    ]
    assert mismatches(either, {"c": "text"}, Other=other) == []
    assert mismatches(either, {"a": 1}, Other=closed("b", "c")) == [("/a", "other type", "string", "integer")]


def test_of_equal_variants_the_one_with_fewest_unknown_keys_is_chosen() -> None:
    assert mismatches({"anyOf": [closed("a"), closed("b"), closed("a", "c")]}, {"a": "text", "c": "text"}) == []


def test_untyped_schema_accepts_any_value() -> None:
    free = {"type": "object", "properties": {"a": {}}, "required": ["a"]}
    assert mismatches(free, {}) == [("/a", "missing key", "anything", "nothing")]
    assert mismatches(free, {"a": [None]}) == []


def test_values_of_a_map_are_compared_and_its_keys_hidden() -> None:
    people = {"type": "object", "additionalProperties": closed("name")}
    assert mismatches(people, {"jane": {}, "joe": {"name": "Joe"}}) == [("/*/name", "missing key", "string", "nothing")]


def test_pointers_are_escaped_as_in_rfc_6901() -> None:
    assert mismatches({"type": "array", "items": closed("a/b", "~", "")}, [{"a/b": 5, "~": 6, "": 7}]) == [
        (f"/0/{key}", "other type", "string", "integer") for key in ("a~1b", "~0", "")
    ]


def test_mismatches_are_those_of_the_variant_with_most_keys() -> None:
    """Otherwise the smaller variant would always have fewer mismatches."""
    token = closed("id", "client_id", "subject", "scopes")
    either = {"anyOf": [token, {"$ref": "Refused"}]}
    refused = {"type": "object", "properties": {"active": {"type": "boolean", "enum": [False]}}, "required": ["active"]}
    assert mismatches(either, {"id": "1", "client_id": "2"}, Refused=refused) == [
        ("/subject", "missing key", "string", "nothing"),
        ("/scopes", "missing key", "string", "nothing"),
    ]
    assert mismatches(either, {"active": True}, Refused=refused) == [("/active", "unknown enum value", "false", "true")]


def test_cached_shapes_give_the_same_mismatches() -> None:
    """Objects of the same shape differ in constants and nested values only."""
    part = {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"]}, "b": {"type": "number"}}}
    rows = {"type": "array", "items": part}
    comparison = Comparison({}, Vocabulary(frozenset()))
    values = [{"a": text, "b": number} for text in ("x", "y") for number in (1, 1.5, 2.0, True, None)] * 3
    found = {(mismatch.place, mismatch.kind, count) for mismatch, count in comparison.find_mismatches(rows, values)}
    judge = Draft202012Validator(rows)
    wrong = [{"/".join(map(str, error.path)) for error in judge.iter_errors([value])} for value in values]
    assert {(kind, count) for _, kind, count in found} == {
        ("unknown enum value", sum("0/a" in paths for paths in wrong)),
        *(("other type", count) for count in (6,)),
    }
    assert sum(count for _, kind, count in found if kind == "other type") == sum("0/b" in paths for paths in wrong)


def test_number_of_mismatches_is_limited() -> None:
    many = {f"k{number}": number for number in range(9_000)}
    tracemalloc.start()
    open_ended = mismatches(closed(*(f"a{number}" for number in range(300))), many)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(open_ended) == MAX_MISMATCHES
    assert peak < 10 * len(json.dumps(many))


def test_rest_of_a_long_list_with_many_mismatches_is_skipped() -> None:
    rows = [{f"k{number}": 1} for number in range(3 * MAX_PLACES)]
    comparison = Comparison({}, Vocabulary(frozenset()))
    found = list(comparison.find_mismatches({"type": "array", "items": closed("a")}, rows))
    assert found[0][0].pointer == "/0/a"
    assert MAX_PLACES <= sum(count for _, count in found) < MAX_PLACES + 10


def test_scalars_in_a_list_are_counted_by_value() -> None:
    comparison = Comparison({}, Vocabulary({"a"}))
    rows = {"type": "array", "items": {"type": "string", "enum": ["a"]}}
    found = [
        (one.place, one.seen, count) for one, count in comparison.find_mismatches(rows, ["a", "b", 1, "b", 2, "c"])
    ]
    assert found == [((1,), "string of 1 characters", 3), ((2,), "integer", 2)]
