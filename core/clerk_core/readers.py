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
        return [*map(read, value)] if value.__class__ is list else value

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

    def rank(self, value: dict[str, Any]) -> tuple[int, int, int] | None:
        """How well `value` fits: constants that agree, required keys that are missing (negated) or there; None if not.

        Without a constant that agrees, all required keys must be there.
        """
        agreeing = 0
        for key, tells in self._constants:
            seen = value.get(key)
            if isinstance(seen, str):
                if not tells(seen):
                    return None
                agreeing += 1
        there = len(self._required & value.keys())
        missing = len(self._required) - there
        return (agreeing, -missing, there) if agreeing or (there and not missing) else None


def object_or_list(objects: Reader, lists: Reader) -> Reader:
    """What is one object or a list, each with its reader."""

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
    """A union: chosen by `tag` in one look-up; where the tag is missing, by constants and shape.

    An unknown tag, or a value that fits none or several equally, is a plain `Model` that has the attributes of all
    variants. A list is read by `lists`.
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
