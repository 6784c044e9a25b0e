"""Copy JSON values as plain dicts and lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from clerk_core._unset import UNSET
from clerk_core.guards import is_collection, is_mapping

_LEAVES = {str, int, float, bool, type(None)}


def to_plain(value: Any, base: type[Any]) -> Any:
    """Return a deep copy of a value in which models, mappings and collections are dicts and lists.

    It uses a stack, since values may be nested deeper than Python recurses. `base` is the base class of all models.

    Raises:
        ValueError: a value contains itself.
    """
    whole = [value]
    stack: list[tuple[Any, Any, Iterator[tuple[Any, Any]]]] = [(None, whole, _pairs(whole))]
    above: set[int] = set()
    while stack:
        source, copied, items = stack[-1]
        for key, item in items:
            inner = None if item.__class__ in _LEAVES else _shallow_copy(item, base)
            if inner is None:
                continue
            if id(item) in above:
                raise ValueError(f"{key!r} contains itself, which JSON cannot represent")
            above.add(id(item))
            copied[key] = inner
            stack.append((item, inner, _pairs(inner)))
            break
        else:
            above.discard(id(source))
            stack.pop()
    return whole[0]


def _shallow_copy(value: Any, base: type[Any]) -> Any:
    """Return a dict or list of the same items, or None for a scalar."""
    if isinstance(value, base):
        return {key: item for key, item in value._stored.items() if item is not UNSET}
    if is_mapping(value):
        return dict(value)
    return list(value) if is_collection(value) else None


def _pairs(value: dict[Any, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)
