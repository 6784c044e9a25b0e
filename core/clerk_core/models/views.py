"""Views: make attributes return values of the structure that their annotations promise.

A model keeps every value that it received. If a value does not have the promised structure, the attribute returns one
that has: an empty list for a list, for an object one whose attributes are empty in turn, or `None` if the annotation
allows it. So code that type-checks does not raise. A scalar is returned unchanged.
"""

from __future__ import annotations

import operator
import types
import typing
from typing import Any

from clerk_core.guards import is_list, is_object


class View:
    """Converts JSON values to the models, lists and maps of one annotation. `model` is the base class of all models."""

    def __init__(self, hint: Any, model: Any) -> None:
        parts = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
        parts = tuple(part for part in parts if not typing.is_typeddict(part))  # only for arguments
        self._model = model
        self._classes: tuple[Any, ...] = tuple(
            part for part in parts if isinstance(part, type) and issubclass(part, model)
        )
        self._items = _inner_view(parts, list, model)
        self._values = _inner_view(parts, dict, model)
        self._optional = types.NoneType in parts
        structured = [part for part in parts if part in self._classes or typing.get_origin(part) in (list, dict)]
        self._scalar = len(structured) + self._optional < len(parts)
        self.is_scalar = not structured or Any in parts

    def __call__(self, value: Any) -> Any:
        """Return the value if it has the promised structure, or else a replacement that has."""
        if self.is_scalar or (self._classes and isinstance(value, self._model)):
            return value
        if is_list(value) and self._items:
            return self._items.view_items(value)
        if is_object(value):
            if self._values:
                return self._values.view_values(value)
            if self._classes:
                copied: dict[str, Any] = self._model.from_dict(value).__dict__
                return self._object(copied)
        elif self._scalar and value is not None and not is_list(value):
            return value
        return self._default()

    def view_items(self, value: list[Any]) -> list[Any]:
        """Return a list whose items have the structure of this view."""
        if self.is_scalar:
            return value
        if self._classes:  # the common case, checked first because it creates no list
            for item in value:
                if not isinstance(item, self._model):
                    break
            else:
                return value
        viewed = [self(item) for item in value]
        return value if all(map(operator.is_, viewed, value)) else viewed

    def view_values(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return an object with any keys whose values have the structure of this view."""
        if self.is_scalar:
            return value
        viewed = {key: self(item) for key, item in value.items()}
        return value if all(map(operator.is_, viewed.values(), value.values())) else viewed

    def read(self, value: Any) -> Any:
        """Read a JSON value, and keep it: its objects become models, other values are unchanged."""
        if is_list(value) and self._items:
            return [self._items.read(item) for item in value]
        if not is_object(value) or self.is_scalar:
            return value
        if self._values:
            return {key: self._values.read(item) for key, item in value.items()}
        return self._object(value) if self._classes else value

    def _default(self) -> Any:
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


def _inner_view(parts: tuple[Any, ...], container: type, model: Any) -> View | None:
    """Return the view of the values in a container, or None if no part is such a container."""
    return next(
        (View(typing.get_args(part)[-1], model) for part in parts if typing.get_origin(part) is container), None
    )
