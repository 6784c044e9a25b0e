"""Views: what an attribute reads as, given its annotation, so that what type-checks does not raise.

A model keeps every value as it came. Where a value contradicts the structure that the annotation promises, the
attribute reads as something that has this structure: a list as an empty list, an object as one whose attributes are
empty in turn, and `None` where the annotation allows it. A scalar reads as it came, or as `None`.
"""

from __future__ import annotations

import operator
import re
import types
import typing
from typing import Any

from clerk_core.guards import is_list, is_object

_SCALARS = re.compile(r"(?:(?:Any|None|Unset|str|int|float|bool|Literal\[[^\]]*\])(?: \| |$))+")


def is_structured(annotation: str) -> bool:
    """Whether an annotation promises a structure: a list, an object or a model."""
    return _SCALARS.fullmatch(annotation) is None


class View:
    """What values of one annotation read as. `model` is the base class of all models."""

    def __init__(self, hint: Any, model: Any) -> None:
        parts = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
        parts = tuple(part for part in parts if not typing.is_typeddict(part))  # which only arguments are
        self._model = model
        self._classes: tuple[Any, ...] = tuple(
            part for part in parts if isinstance(part, type) and issubclass(part, model)
        )
        self._items = _inner(parts, list, model)
        self._values = _inner(parts, dict, model)
        self._optional = types.NoneType in parts
        structured = [part for part in parts if part in self._classes or typing.get_origin(part) in (list, dict)]
        self._scalar = len(structured) + self._optional < len(parts)
        self.is_scalar = not structured or Any in parts

    def __call__(self, value: Any) -> Any:
        """The value itself where it has the structure that was promised; else what stands in for it."""
        if self.is_scalar or (self._classes and isinstance(value, self._model)):
            return value
        if is_list(value) and self._items:
            return self._items.of_items(value)
        if is_object(value):
            if self._values:
                return self._values.of_values(value)
            if self._classes:
                copied: dict[str, Any] = self._model.from_dict(value).__dict__
                return self._object(copied)
        elif self._scalar and value is not None and not is_list(value):
            return value
        return self._stand_in()

    def of_items(self, value: list[Any]) -> list[Any]:
        """A list, seen through this view of its items."""
        if self.is_scalar:
            return value
        if self._classes:  # as most are: looked at before a list is made of what each reads as
            for item in value:
                if not isinstance(item, self._model):
                    break
            else:
                return value
        seen = [self(item) for item in value]
        return value if all(map(operator.is_, seen, value)) else seen

    def of_values(self, value: dict[str, Any]) -> dict[str, Any]:
        """An object whose keys are data, seen through this view of its values."""
        if self.is_scalar:
            return value
        seen = {key: self(item) for key, item in value.items()}
        return value if all(map(operator.is_, seen.values(), value.values())) else seen

    def read(self, value: Any) -> Any:
        """Read a JSON value that is nobody else's: its objects become models, and all else stays as it came."""
        if is_list(value) and self._items:
            return [self._items.read(item) for item in value]
        if not is_object(value) or self.is_scalar:
            return value
        if self._values:
            return {key: self._values.read(item) for key, item in value.items()}
        return self._object(value) if self._classes else value

    def _stand_in(self) -> Any:
        if self._optional:
            return None
        if self._items:
            return []
        if self._values:
            return {}
        return self._object({})

    def _object(self, value: dict[str, Any]) -> Any:
        if len(self._classes) == 1:
            return self._classes[0].read(value)
        return self._model.read_unknown(value, self._classes)


def _inner(parts: tuple[Any, ...], container: type, model: Any) -> View | None:
    """The view of what a container holds; None where no alternative is such a container."""
    return next(
        (View(typing.get_args(part)[-1], model) for part in parts if typing.get_origin(part) is container), None
    )
