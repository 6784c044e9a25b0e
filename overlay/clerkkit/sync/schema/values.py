"""Reads the values of columns from an object, and makes any JSON storable. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_core.guards import is_list, is_object
from clerkkit.sync.schema.kinds import Column, ColumnType, Kind
from clerkkit.sync.schema.rules import to_milliseconds

_LARGEST_INTEGER = 2**63 - 1
ID_LENGTH = 255
_LONGEST_INDEXED = 600
"""Characters. PostgreSQL rejects values of more than about 2,700 bytes in an index."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MISSING = object()
_MAX_DEPTH = 200


def read_columns(kind: Kind, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the columns whose keys an object has.

    A value of another type than Clerk documents is None: it is kept in `raw`. Empty ids are None as well, because Clerk
    writes them for payers.
    """
    values: dict[str, Any] = {}
    for column in kind.columns:
        value = _find(item, column)
        if value is not _MISSING:
            converted = _convert(value, column.type)
            values[column.name] = None if column.indexed and _is_too_long(converted) else converted
    return values


def _find(item: Mapping[str, Any], column: Column) -> Any:
    for path in column.paths:
        value: Any = item
        for key in path:
            value = value.get(key, _MISSING) if is_object(value) else _MISSING
        if value is not _MISSING:
            return value
    return _MISSING


def _convert(value: Any, column_type: ColumnType) -> Any:
    match column_type:
        case "time":
            return to_milliseconds(value)
        case "integer":
            whole = isinstance(value, int) and not isinstance(value, bool)
            return value if whole and abs(value) <= _LARGEST_INTEGER else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "id":
            return value if is_id(value) else None
        case "text":
            return value if isinstance(value, str) else None


def _is_too_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > _LONGEST_INDEXED


def is_id(value: object) -> bool:
    """Return whether a value can be the id of an object."""
    return isinstance(value, str) and 0 < len(value) <= ID_LENGTH


def find_parts(kind: Kind, item: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the objects of a kind that are part of an object, or None if it does not have the key."""
    found = item.get(kind.key)
    return [one for one in found if is_object(one) and is_id(one.get("id"))] if is_list(found) else None


def have_same_content(kind: Kind, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether two objects are equal in all keys that both have, except for those that vary."""
    common = (one.keys() & other.keys()) - kind.varying
    return all(one[key] == other[key] for key in common)


def is_storable(text: str) -> bool:
    """Return whether a JSON text certainly has nothing that `make_storable` changes."""
    suspicious = ("\\u0000", "\\ud", "\\uD", "NaN", "Infinity")
    return text.count("[") + text.count("{") < _MAX_DEPTH and not any(one in text for one in suspicious)


def make_storable(value: Any) -> Any:
    """Return a JSON value that every database can store.

    NUL characters and lone surrogates are replaced. Numbers that JSON does not have, and values that are nested too
    deeply, are None.
    """
    return _make_storable(value, 0)


def _make_storable(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else _clean(value)
    if depth == _MAX_DEPTH:
        return None
    if is_object(value):
        return {_make_storable(key, depth): _make_storable(one, depth + 1) for key, one in value.items()}
    if is_list(value):
        return [_make_storable(one, depth + 1) for one in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value


def _clean(text: str) -> str:
    return text.replace("\0", _REPLACEMENT).encode("utf-8", "replace").decode()
