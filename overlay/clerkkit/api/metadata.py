"""Metadata: replace a field where the API can only merge, and accept the argument forms of Clerk Ex."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_core import InvalidArgument
from clerk_core.deprecation import superseded
from clerk_core.guards import is_mapping
from clerk_core.requests.encoding import describe_type

_SHORT = ("public", "private", "unsafe")


def merge_patch(argument: str, old: object, new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the patch that turns `old` into `new` when it is merged.

    Raises:
        InvalidArgument: `new` is not a mapping, or holds a null, which would remove its key.
    """
    if not is_mapping(new):
        raise InvalidArgument(argument, f"expected a mapping, got {describe_type(new)}")
    changes: dict[str, Any] = {}
    # A stack, since metadata may be nested deeper than Python recurses.
    todo: list[tuple[object, Mapping[str, Any], dict[str, Any]]] = [(old, new, changes)]
    while todo:
        old, new, level = todo.pop()
        before: Mapping[str, Any] = old if is_mapping(old) else {}
        level.update((key, None) for key in before if key not in new)
        for key, value in new.items():
            if value is None:
                raise InvalidArgument(argument, f"holds null at {key!r}: a merge would remove the key; leave it out")
            if is_mapping(value):
                level[key] = {}
                todo.append((before.get(key), value, level[key]))
            else:
                level[key] = value
    return changes


def expand_keywords(metadata: Mapping[str, Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `update_metadata` for those of `merge_and_update_user_metadata`, its Clerk Ex name.

    Warns if a field is named without `_metadata`.

    Raises:
        TypeError: a field is given twice.
    """
    fields = dict(metadata)
    for name, value in named.items():
        if name in _SHORT:
            superseded(f"`{name}=` is deprecated: use `{name}_metadata=`")
            name = f"{name}_metadata"
        if name in fields:
            raise TypeError(f"{name} is given twice")
        fields[name] = value
    return fields
