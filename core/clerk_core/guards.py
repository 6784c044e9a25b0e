"""Type guards for parsed JSON and for arguments."""

from __future__ import annotations

from collections import UserString
from collections.abc import Collection, Mapping
from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether the value is a JSON number. Python's booleans, which are integers too, are not."""
    return isinstance(value, _NUMBERS) and not isinstance(value, bool)


def is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    """Return whether a value can be sent as a JSON object."""
    # The first test is for speed, as in `is_collection`.
    return isinstance(value, dict) or isinstance(value, Mapping)  # noqa: SIM101  # a tuple would be built anew


def is_collection(value: object) -> TypeGuard[Collection[Any]]:
    """Return whether a value can be sent as a JSON array: it is a collection, but not text, bytes or a mapping."""
    # The first test is for speed: those of abstract classes take ten times as long.
    return type(value) in _COLLECTIONS or (isinstance(value, Collection) and not isinstance(value, _NOT_COLLECTIONS))


_NUMBERS = (int, float)  # `int | float` would be built anew in each call
_COLLECTIONS = (list, tuple, set, frozenset)
_NOT_COLLECTIONS = (str, UserString, bytes, bytearray, memoryview, Mapping)
