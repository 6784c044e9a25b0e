"""The text of JSON values: with msgspec as without it."""

from __future__ import annotations

import importlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_emulator import json_types
from clerk_emulator.call import Body

_TEXTS = st.text(st.characters(codec="utf-8"))
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS
_VALUES = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner))


@pytest.fixture
def without_msgspec(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Import the module as on a platform that has no msgspec."""
    monkeypatch.setitem(sys.modules, "msgspec.json", None)
    importlib.reload(json_types)
    yield
    monkeypatch.undo()
    importlib.reload(json_types)


@given(_VALUES)
def test_text_has_the_value_that_was_written(value: Any) -> None:
    text = json_types.to_json(value)

    assert json_types.from_json(text) == json_types.decode_json(text.encode()) == value
    assert repr(json.loads(text)) == repr(value)  # types and signs too
    assert json.loads(json_types.encode_plainly(value)) == value


@given(_VALUES.filter(lambda value: "e" not in repr(value)))
def test_text_is_the_same_without_msgspec(value: Any) -> None:
    # The exponents of floats are written as 1e16 instead of 1e+16.
    assert json_types.encode_json(value) == json_types.encode_plainly(value)


@pytest.mark.parametrize("value", [10**40, -(2**63) - 1, "\u2028\x00\x7fü😀", {"a": Body(b=1)}, defaultdict(int, a=1)])
def test_unusual_values_have_the_same_text_without_msgspec(value: Any) -> None:
    assert json_types.encode_json(value) == json_types.encode_plainly(value)


@pytest.mark.usefixtures("without_msgspec")
def test_json_is_used_without_msgspec() -> None:
    assert json_types.encode_json is json_types.encode_plainly
    assert json_types.from_json(json_types.to_json({"a": [10**40, "ü"]})) == {"a": [10**40, "ü"]}


@pytest.mark.parametrize("kept", [True, False])
def test_text_of_kept_objects_is_that_of_others(kept: bool) -> None:
    one, other = {"a": [1, "ü"]}, {"b": {}}
    first = json_types.KeptJson(one) if kept else one
    for value in (first, [first, other], [other, first], [], [[first]], "ü", None):
        assert json_types.encode_body(value) == json_types.encode_body(value) == json_types.encode_plainly(value)
        assert json_types.to_json(value) == json_types.encode_plainly(value).decode()


NOT_JSON = (
    "",
    "[1",
    "1 2",
    "01",
    ".5",
    "tru",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-1e999",
    '"\\x"',
    '"\t"',
    "\ufeff1",
    "[" * 9999,
)


@pytest.mark.parametrize("text", NOT_JSON)
def test_what_is_not_json_is_refused(text: str) -> None:
    for decode in (json_types.decode_json, json_types.decode_plainly):
        with pytest.raises((ValueError, RecursionError)):
            decode(text.encode())


@given(st.text(alphabet='[]{},:"\\u0d8efnrtals-+.1E x\t', max_size=12))
def test_others_json_is_read_in_the_same_way_without_msgspec(text: str) -> None:
    def read(decode: Callable[[bytes], Any]) -> str:
        try:
            return repr(decode(text.encode()))
        except ValueError:
            return "not JSON"

    assert read(json_types.decode_json) == read(json_types.decode_plainly)


def test_text_that_is_not_utf_8_is_refused() -> None:
    for decode in (json_types.decode_json, json_types.decode_plainly):
        with pytest.raises(ValueError, match="decode"):
            decode(b'"\xff"')
