"""Metadata: how to replace a whole field where the API can only merge, and the forms that Clerk Ex knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_core import InvalidArgument
from clerk_core.deprecation import superseded
from clerk_core.encoding import found
from clerk_core.guards import is_mapping

_SHORT = ("public", "private", "unsafe")


def patch(argument: str, old: object, new: Mapping[str, Any]) -> dict[str, Any]:
    """Return what to merge into `old` so that it becomes `new`.

    Raises:
        InvalidArgument: `new` is not a mapping, or holds a null, which a merge takes for the removal of its key.
    """
    if not is_mapping(new):
        raise InvalidArgument(argument, f"expected a mapping, got {found(new)}")
    changes: dict[str, Any] = {}
    todo: list[tuple[object, Mapping[str, Any], dict[str, Any]]] = [(old, new, changes)]  # deeper than calls go
    while todo:
        old, new, level = todo.pop()
        before: Mapping[str, Any] = old if is_mapping(old) else {}
        level.update((key, None) for key in before if key not in new)
        for key, value in new.items():
            if value is None:
                raise InvalidArgument(argument, f"holds null at {key!r}: a merge removes such a key; leave it out")
            if is_mapping(value):
                level[key] = {}
                todo.append((before.get(key), value, level[key]))
            else:
                level[key] = value
    return changes


def keywords(metadata: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords of `update_metadata` for those of `merge_and_update_user_metadata`, its name in Clerk Ex.

    Warns where a field is named without `_metadata`.

    Raises:
        TypeError: a field is given twice.
    """
    fields = dict(metadata)
    for name, value in named.items():
        if name in _SHORT:
            superseded(f"{name} is now called {name}_metadata")
            name = f"{name}_metadata"
        if name in fields:
            raise TypeError(f"{name} is given twice")
        fields[name] = value
    return fields
