"""Use values as a type checker allows by their annotations: attributes, iteration, items.

Only annotations are read, not the code that should fulfil them.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

from clerk_core import Model


@cache
def hints(kind: type[Model]) -> dict[str, Any]:
    """Return the attributes that a class declares, with their types."""
    return {name: hint for name, hint in typing.get_type_hints(kind).items() if not name.startswith("_")}


def alternatives(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union; for another type, a list of it."""
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def is_class(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Model)


def broken(value: Any, hint: Any, at: str = "value") -> Iterator[str]:
    """Yield every access from `value` that type-checks and fails. The types of scalars are not checked."""
    parts = alternatives(hint)
    classes = [part for part in parts if is_class(part)]
    lists = [part for part in parts if typing.get_origin(part) is list]
    maps = [part for part in parts if typing.get_origin(part) is dict]
    if Any in parts or not (classes or lists or maps) or (value is None and types.NoneType in parts):
        return
    if isinstance(value, Model) and classes:
        yield from _broken_object(value, classes, at)
    elif isinstance(value, list) and lists:
        for index, item in enumerate(value):
            yield from broken(item, typing.get_args(lists[0])[0], f"{at}[{index}]")
    elif isinstance(value, dict) and maps:
        for key, item in value.items():
            yield from broken(item, typing.get_args(maps[0])[1], f"{at}[{key!r}]")
    else:
        yield f"{at}: {value!r} is no {hint}"


def _broken_object(value: Model, classes: list[type[Model]], at: str) -> Iterator[str]:
    if type(value) not in classes and (len(classes) == 1 or type(value) is not Model):
        yield f"{at}: {type(value).__name__} is none of {classes}"
    for kind in classes if type(value) is Model else [type(value)]:
        for name, hint in hints(kind).items():
            if not hasattr(value, name):
                yield f"{at}: {type(value).__name__} has no {name}"
                continue
            seen = getattr(value, name)
            # Only the class of a variant replaces wrong values.
            if type(value) is not Model or seen is not vars(value).get(name):
                yield from broken(seen, hint if type(value) is kind else _any_of(classes, name), f"{at}.{name}")


def _any_of(classes: list[type[Model]], name: str) -> Any:
    return typing.Union[tuple(hints(kind)[name] for kind in classes if name in hints(kind))]  # noqa: UP007
