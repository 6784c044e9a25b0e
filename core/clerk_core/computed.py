"""What the computed attributes of models are made of; `spec/attributes.yaml` says which models have which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def with_id(items: Iterable[T] | None, wanted: str | None) -> T | None:
    """Return the item that has this id, or None; versions of the API differ in whether the list may be absent."""
    if wanted is None:
        return None
    return next((item for item in items or () if getattr(item, "id", None) == wanted), None)


def joined(*parts: str | None) -> str | None:
    """Return the parts that are given with spaces in between, or None if none is."""
    given: list[object] = [*parts]
    return " ".join(part for part in given if isinstance(part, str) and part) or None
