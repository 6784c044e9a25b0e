"""Readers: convert parsed JSON to models. Generated code combines them; none of them raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from clerk_core.models.model import Model, Reader

T = TypeVar("T")


def as_is(value: Any) -> Any:
    """Return a JSON value unchanged."""
    return value


def nothing(value: Any) -> None:
    """Return None, for a response without content."""


def list_of(read: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """Return a reader of a list whose items are read by `read`."""

    def read_list(value: Any) -> list[T]:
        return [*map(read, value)] if value.__class__ is list else value

    return read_list


def map_of(read: Callable[[Any], T]) -> Callable[[Any], dict[str, T]]:
    """Return a reader of an object with any keys, whose values are read by `read`."""

    def read_map(value: Any) -> dict[str, T]:
        return {key: read(item) for key, item in value.items()} if value.__class__ is dict else value

    return read_map


class Variant:
    """A class of a union, and how to recognise its objects if their tag is missing."""

    def __init__(
        self,
        model: type[Model],
        *,
        required: Sequence[str] = (),
        constants: Mapping[str, Sequence[str] | str] | None = None,
    ) -> None:
        self.model = model
        self._required = frozenset(required)
        self._constants = [
            (key, re.compile(accepted).search if isinstance(accepted, str) else frozenset(accepted).__contains__)
            for key, accepted in (constants or {}).items()
        ]

    def rank(self, value: dict[str, Any]) -> tuple[int, int, int] | None:
        """Return how well an object matches, or None if it does not.

        The rank consists of the matching constants, the missing required keys (negated), and the present ones. Without
        a matching constant, all required keys must be present.
        """
        matching = 0
        for key, accepts in self._constants:
            constant = value.get(key)
            if isinstance(constant, str):
                if not accepts(constant):
                    return None
                matching += 1
        present = len(self._required & value.keys())
        missing = len(self._required) - present
        return (matching, -missing, present) if matching or (present and not missing) else None


def object_or_list(objects: Reader, lists: Reader) -> Reader:
    """Return a reader of either one object or a list."""

    def read(value: Any) -> Any:
        return lists(value) if value.__class__ is list else objects(value)

    return read


def one_of(
    variants: Sequence[Variant] = (),
    *,
    tag: str = "object",
    tagged: Mapping[str, type[Model]] | None = None,
    lists: Reader = as_is,
) -> Reader:
    """Return a reader of a union. It chooses the variant by `tag`, or by constants and keys if the tag is missing.

    An object with an unknown tag, or that matches no variant or several equally, becomes a plain `Model` with the
    attributes of all variants. A list is read by `lists`.
    """
    by_tag = {name: model.read for name, model in (tagged or {}).items()}
    classes = tuple(variant.model for variant in variants)

    def read(value: Any) -> Any:
        if value.__class__ is not dict:
            return lists(value) if value.__class__ is list else value
        tag_value = value.get(tag) if by_tag else None
        if isinstance(tag_value, str):
            read_variant = by_tag.get(tag_value)
        else:
            model = _infer(variants, value)
            read_variant = model.read if model else None
        return read_variant(value) if read_variant else Model.read_unknown(value, classes)

    return read


def _infer(variants: Sequence[Variant], value: dict[str, Any]) -> type[Model] | None:
    ranked = [(rank, variant.model) for variant in variants if (rank := variant.rank(value))]
    best = max((rank for rank, _ in ranked), default=None)
    chosen = [model for rank, model in ranked if rank == best]
    return chosen[0] if len(chosen) == 1 else None
