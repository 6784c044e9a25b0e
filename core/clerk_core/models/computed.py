"""Functions for the computed attributes of models, which `spec/attributes.yaml` defines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def find_by_id(items: Iterable[T] | None, wanted: str | None) -> T | None:
    """Return the item with this id, or None. Some versions of the API omit the list."""
    if wanted is None:
        return None
    return next((item for item in items or () if getattr(item, "id", None) == wanted), None)


def join_words(*parts: str | None) -> str | None:
    """Return the non-empty parts joined by spaces, or None if there are none."""
    given: list[object] = [*parts]
    return " ".join(part for part in given if isinstance(part, str) and part) or None
