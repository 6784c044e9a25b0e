"""What a parsed JSON value is, in words that a type checker understands."""

from __future__ import annotations

from collections import UserString
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """A JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """A JSON array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether the value is a JSON number. Python's booleans, which are integers too, are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """What may be sent as a JSON object."""
    return isinstance(value, Mapping)


def is_items(value: object) -> TypeGuard[Collection[Any]]:
    """What may be sent as a JSON array: a collection that is neither text, nor bytes, nor an object."""
    # The first test is for speed: those of abstract classes take ten times as long.
    return type(value) in _ITEMS or (isinstance(value, Collection) and not isinstance(value, _NO_ITEMS))


_ITEMS = (list, tuple, set, frozenset)
_NO_ITEMS = (str, UserString, bytes, bytearray, memoryview, Mapping)
