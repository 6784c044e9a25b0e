"""Random JSON bodies: arbitrary ones, valid ones, and valid ones with changes."""

from __future__ import annotations

import copy
import json
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from typing import Any

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.generated.json_samples import QUIET, Document, Schema, _types

# -- random bodies -------------------------------------------------------------------------------------------------

NASTY_KEYS = [
    *("to_dict", "from_dict", "read", "keys", "items", "self", "cls", "x5t#S256", "x5t_s256", "", "é", "\ud800"),
    *("_plan", "_readers", "__class__", "__dict__", "__attrs_attrs__", "__eq__", "__repr__", "__getattr__"),
    *("__deepcopy__", "__reduce_ex__", "__reduce__", "__getstate__", "__setstate__"),
]
"""Includes keys that have a meaning in Python or in `Model`."""

_TEXT = st.text(st.characters(exclude_categories=()), max_size=6)
_NUMBERS = st.integers() | st.integers(-9, 9).map(float) | st.floats(allow_nan=False, allow_infinity=False)
_KEYS = st.sampled_from(NASTY_KEYS) | _TEXT
JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=2),
    max_leaves=4,
)
"""Arbitrary JSON values."""


def for_all(strategy: st.SearchStrategy[Any], check: Callable[[Any], object], *, name: object, cases: int) -> None:
    """Run a check for random values. `name` is the seed: tests get different values, but the same ones in each run."""

    @seed(zlib.crc32(str(name).encode()))
    @settings(QUIET, max_examples=cases)
    @given(strategy)
    def run(value: Any) -> None:
        check(value)

    run()


def random_bodies(document: Document, schema: Schema) -> st.SearchStrategy[Any]:
    """Return a strategy for valid bodies."""
    branches = [_random(document, document.follow(option)) for option in document.options(schema)]
    return st.one_of(*([st.none()] if document.may_be_null(schema) else []), *branches)


def _random(document: Document, schema: Schema) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = [kind for kind in _types(schema) if kind != "null"]
    match kinds[0] if kinds else "any":
        case "object":
            return _random_object(document, schema)
        case "array":
            return st.lists(
                random_bodies(document, schema["items"]),
                min_size=schema.get("minItems", 0),
                max_size=2,
                unique_by=json.dumps if schema.get("uniqueItems") else None,
            )
        case "string" if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True)
        case "string":
            return st.text(min_size=schema.get("minLength", 0), max_size=schema.get("minLength", 0) + 6)
        case "integer":
            whole = st.integers(schema.get("minimum"), schema.get("maximum"))
            return whole | whole.map(float)  # equal in JSON
        case "number":
            return st.floats(schema.get("minimum"), schema.get("maximum"), allow_nan=False, allow_infinity=False)
        case "boolean":
            return st.booleans()
        case _:
            return JSON


def _random_object(document: Document, schema: Schema) -> st.SearchStrategy[Any]:
    properties = {key: random_bodies(document, inner) for key, inner in schema.get("properties", {}).items()}
    required = {key: properties.pop(key) for key in schema.get("required", ())}
    if required or properties:
        return st.fixed_dictionaries(required, optional=properties)
    extra = schema.get("additionalProperties", True)
    values = random_bodies(document, extra) if isinstance(extra, dict) else JSON
    return st.dictionaries(_KEYS, values, max_size=2 if extra is not False else 0)


@cache
def constants(document: Document) -> frozenset[str]:
    """Return the keys that have constants in some object, such as tags."""
    return frozenset(
        key for name in document.schemas for key, schema in document.properties(name).items() if "enum" in schema
    )


@st.composite
def changed(draw: st.DrawFn, valid: Sequence[Any], preferred: Collection[str]) -> Any:
    """Return one of the bodies with up to four changes, mostly at `preferred` keys. The whole body may be replaced."""
    box = [copy.deepcopy(draw(st.sampled_from(valid)))]
    for _ in range(draw(st.integers(1, 4))):
        places = list(_places(box))
        likely = [place for place in places if place[1] in preferred]
        _change(draw, *draw(st.sampled_from(draw(st.sampled_from([places, likely or places])))))
    return box[0]


def _places(holder: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
        yield holder, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _change(draw: st.DrawFn, holder: Any, key: Any) -> None:
    match draw(st.sampled_from(["null", "other text", "other type", "empty", "remove", "add"])):
        case "null":
            holder[key] = None
        case "other text":
            holder[key] = draw(_TEXT)
        case "remove" if isinstance(holder, dict):
            del holder[key]
        case "add" if isinstance(holder[key], dict):
            holder[key][draw(_KEYS)] = draw(JSON)
        case "empty" if holder[key] is not None:
            holder[key] = type(holder[key])()
        case _:
            holder[key] = draw(JSON)


ODD_VALUES: list[Any] = [
    *(None, True, 0, 1.0, "", "text"),
    *([], [None], [[]], [{}], [{"object": "of tomorrow"}]),
    *({}, {"": {}}, {"object": "of tomorrow"}),
]
"""Values of a type that a key is not documented to have."""
