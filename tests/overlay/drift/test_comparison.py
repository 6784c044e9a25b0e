"""Schemas that today's contract has none of, and limits."""

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


def test_without_a_tag_the_variant_counts_that_is_broken_least() -> None:
    either = {"anyOf": [{**closed("a"), "additionalProperties": True}, {"$ref": "Other"}]}
    other = closed("c")
    more = {"c": "text", "d": 1, "": "text"}
    assert mismatches(either, more, Other=other) == [
        ("/d", "unknown key", "no such key", "integer"),
        ("/*", "unknown key", "no such key", "string under a key of 0 characters"),
    ]
    assert mismatches(either, {"c": "text"}, Other=other) == []
    assert mismatches(either, {"a": 1}, Other=closed("b", "c")) == [("/a", "other type", "string", "integer")]


def test_of_variants_that_break_as_much_the_one_with_fewer_unknown_keys_counts() -> None:
    assert mismatches({"anyOf": [closed("a"), closed("b"), closed("a", "c")]}, {"a": "text", "c": "text"}) == []


def test_what_is_untyped_may_be_anything() -> None:
    free = {"type": "object", "properties": {"a": {}}, "required": ["a"]}
    assert mismatches(free, {}) == [("/a", "missing key", "anything", "nothing")]
    assert mismatches(free, {"a": [None]}) == []


def test_values_of_a_map_are_walked_and_its_keys_hidden() -> None:
    people = {"type": "object", "additionalProperties": closed("name")}
    assert mismatches(people, {"jane": {}, "joe": {"name": "Joe"}}) == [("/*/name", "missing key", "string", "nothing")]


def test_a_pointer_is_written_as_its_standard_says() -> None:
    assert mismatches({"type": "array", "items": closed("a/b", "~", "")}, [{"a/b": 5, "~": 6, "": 7}]) == [
        (f"/0/{key}", "other type", "string", "integer") for key in ("a~1b", "~0", "")
    ]


def test_the_variant_with_most_of_the_keys_is_blamed() -> None:
    """`{"active": false}` beside a whole token promises less, so that less of it can be broken."""
    token = closed("id", "client_id", "subject", "scopes")
    either = {"anyOf": [token, {"$ref": "Refused"}]}
    refused = {"type": "object", "properties": {"active": {"type": "boolean", "enum": [False]}}, "required": ["active"]}
    assert mismatches(either, {"id": "1", "client_id": "2"}, Refused=refused) == [
        ("/subject", "missing key", "string", "nothing"),
        ("/scopes", "missing key", "string", "nothing"),
    ]
    assert mismatches(either, {"active": True}, Refused=refused) == [("/active", "unknown enum value", "false", "true")]


def test_a_shape_that_was_seen_before_is_compared_as_any_other() -> None:
    """Objects with the same keys and types differ in constants and inner values only."""
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


def test_a_bounded_number_of_mismatches_is_kept() -> None:
    many = {f"k{number}": number for number in range(9_000)}
    tracemalloc.start()
    open_ended = mismatches(closed(*(f"a{number}" for number in range(300))), many)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(open_ended) == MAX_MISMATCHES
    assert peak < 10 * len(json.dumps(many))


def test_a_long_list_in_which_everything_departs_is_looked_at_in_part() -> None:
    rows = [{f"k{number}": 1} for number in range(3 * MAX_PLACES)]
    comparison = Comparison({}, Vocabulary(frozenset()))
    found = list(comparison.find_mismatches({"type": "array", "items": closed("a")}, rows))
    assert found[0][0].pointer == "/0/a"
    assert MAX_PLACES <= sum(count for _, count in found) < MAX_PLACES + 10


def test_scalars_of_a_list_are_counted_by_value() -> None:
    comparison = Comparison({}, Vocabulary({"a"}))
    rows = {"type": "array", "items": {"type": "string", "enum": ["a"]}}
    found = [
        (one.place, one.seen, count) for one, count in comparison.find_mismatches(rows, ["a", "b", 1, "b", 2, "c"])
    ]
    assert found == [((1,), "string of 1 characters", 3), ((2,), "integer", 2)]
