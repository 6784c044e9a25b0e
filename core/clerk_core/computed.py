"""What the computed attributes of models are made of; `spec/attributes.yaml` says which models have which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def with_id(items: Iterable[T], wanted: str | None) -> T | None:
    """Return the item that has this id, or None."""
    return next((item for item in items if getattr(item, "id", None) == wanted), None) if wanted is not None else None


def joined(*parts: str | None) -> str | None:
    """Return the parts that are given with spaces in between, or None if none is."""
    given: list[object] = [*parts]
    return " ".join(part for part in given if isinstance(part, str) and part) or None
