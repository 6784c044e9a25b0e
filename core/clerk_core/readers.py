"""Readers: how a parsed JSON value becomes models. Generated code puts them together; none of them raises."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from clerk_core.model import Model, Reader

T = TypeVar("T")


def as_is(value: Any) -> Any:
    """A plain JSON value."""
    return value


def nothing(value: Any) -> None:
    """An answer without content."""


def list_of(read: Callable[[Any], T]) -> Callable[[Any], list[T]]:
    """A list, each item read by `read`."""

    def read_list(value: Any) -> list[T]:
        return [read(item) for item in value] if value.__class__ is list else value

    return read_list


def map_of(read: Callable[[Any], T]) -> Callable[[Any], dict[str, T]]:
    """An object whose keys are data, each value read by `read`."""

    def read_map(value: Any) -> dict[str, T]:
        return {key: read(item) for key, item in value.items()} if value.__class__ is dict else value

    return read_map


class Variant:
    """One class of a union, with what tells it from the others where its tag is missing."""

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
            (key, re.compile(told).search if isinstance(told, str) else frozenset(told).__contains__)
            for key, told in (constants or {}).items()
        ]

    def rank(self, value: dict[str, Any]) -> int:
        """How well `value` fits: constants that agree count most, then required keys that are there; 0 is no fit."""
        rank = 0
        for key, tells in self._constants:
            seen = value.get(key)
            if isinstance(seen, str):
                if not tells(seen):
                    return 0
                rank += 1000
        return rank + len(self._required) if self._required <= value.keys() else rank


def one_of(
    variants: Sequence[Variant] = (),
    *,
    tag: str = "object",
    tagged: Mapping[str, type[Model]] | None = None,
    lists: Reader = as_is,
) -> Reader:
    """A union: chosen by `tag` in one look-up; where the tag is missing, by constants and shape.

    An unknown tag, or a value that fits none or several equally, is a plain `Model`. A list is read by `lists`.
    """
    by_tag = tagged or {}

    def read(value: Any) -> Any:
        if value.__class__ is dict:
            seen = value.get(tag) if by_tag else None
            chosen = by_tag.get(seen, Model) if isinstance(seen, str) else _infer(variants, value)
            return chosen.read(value)
        return lists(value) if value.__class__ is list else value

    return read


def _infer(variants: Sequence[Variant], value: dict[str, Any]) -> type[Model]:
    best, chosen = 0, Model
    for variant in variants:
        rank = variant.rank(value)
        if rank > best:
            best, chosen = rank, variant.model
        elif rank == best:
            chosen = Model
    return chosen
