"""Metadata: what may be given, under which names, and how to replace a whole field where the API can only merge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clerk_core import UNSET, InvalidArgument, Unset
from clerk_core.guards import is_mapping

Metadata = Mapping[str, Any]

OF_USERS = ("public_metadata", "private_metadata", "unsafe_metadata")
OF_ORGANIZATIONS = ("public_metadata", "private_metadata")

_SHORT = {name.removesuffix("_metadata"): name for name in OF_USERS}


def fields(names: tuple[str, ...], metadata: Metadata | Unset, **given: Metadata | Unset) -> dict[str, Metadata]:
    """The fields to send, by the API's names.

    Args:
        names: The API's names.
        metadata: One mapping that has them as its keys.
        **given: The same by keyword, under the API's names or without `_metadata`.

    Raises:
        InvalidArgument: nothing was given, a key is none of `names`, a field is given twice or is no mapping.
    """
    known = ", ".join(names)
    whole: Metadata = {} if metadata is UNSET else metadata
    if not is_mapping(whole):
        raise InvalidArgument("metadata", f"expected a mapping with the keys {known}, got {type(whole).__name__}")
    found: dict[str, Metadata] = {}
    keywords = [(key, value) for key, value in given.items() if value is not UNSET]
    for key, value in [*whole.items(), *((_SHORT.get(key, key), value) for key, value in keywords)]:
        if key not in names:
            raise InvalidArgument("metadata", f"expected the keys {known}, got {key!r}")
        if key in found:
            raise InvalidArgument(key, "is given twice")
        if not is_mapping(value):
            raise InvalidArgument(key, f"expected a mapping, got {'None' if value is None else type(value).__name__}")
        found[key] = value
    if not found:
        raise InvalidArgument("metadata", f"expected at least one of {known}")
    return found


def patch(argument: str, old: object, new: Metadata) -> dict[str, Any]:
    """What to merge into `old` so that it becomes `new`.

    Raises:
        InvalidArgument: `new` holds a null, which a merge takes for the removal of its key.
    """
    changes: dict[str, Any] = {}
    todo: list[tuple[object, Metadata, dict[str, Any]]] = [(old, new, changes)]  # deeper than Python's calls go
    while todo:
        old, new, level = todo.pop()
        before: Metadata = old if is_mapping(old) else {}
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
