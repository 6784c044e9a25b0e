"""The declared attributes of model classes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, get_type_hints

if TYPE_CHECKING:
    from clerk_core.models.views import View

REQUIRED: Any = object()
"""The default of an attribute that must be given."""


_SCALARS = {"Any", "None", "Unset", "str", "int", "float", "bool", ""}


@cache  # most classes have the same few annotations
def is_structured(annotation: str) -> bool:
    """Return whether an annotation promises a list, an object or a model."""
    while "Literal[" in annotation:
        before, _, constants = annotation.partition("Literal[")
        annotation = before + constants.partition("]")[2]
    return not _SCALARS.issuperset(annotation.split(" | "))


class Attribute:
    """A descriptor for an attribute whose value needs a view, or whose JSON key is not a Python identifier."""

    def __init__(self, key: str, default: Any, base: type[Any]) -> None:
        """`base` is the base class of all models."""
        self.key = key
        self.default = default
        self._base = base
        self._name = key
        self._view: View | None = None

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        if instance is None:
            return self.default
        if self._view is None:
            from clerk_core.models.views import View

            self._view = View(type_hints(owner)[self._name], self._base)
        return self._view(instance.__dict__.get(self.key, None if self.default is REQUIRED else self.default))

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.key] = value

    def __delete__(self, instance: Any) -> None:
        if self.key not in instance.__dict__:
            raise AttributeError(self._name)
        del instance.__dict__[self.key]


class Field(NamedTuple):
    """A declared attribute."""

    key: str
    required: bool
    annotation: str
    default: Any


_fields: dict[type[Any], dict[str, Field]] = {}


def fields(owner: type[Any]) -> dict[str, Field]:
    """Return the attributes that a model class and its bases declare, by name."""
    if owner not in _fields:
        import inspect  # imported when needed: it takes longer than all of core

        _fields[owner] = {
            name: _field(base.__dict__.get(name, REQUIRED), name, str(annotation))
            for base in reversed(owner.__mro__)
            for name, annotation in inspect.get_annotations(base).items()
            if not str(annotation).startswith("ClassVar")
        }
    return _fields[owner]


def _field(declared: Any, name: str, annotation: str) -> Field:
    if isinstance(declared, Attribute):
        return Field(declared.key, declared.default is REQUIRED, annotation, declared.default)
    return Field(name, declared is REQUIRED, annotation, declared)


_type_hints: dict[type[Any], dict[str, Any]] = {}


def type_hints(owner: type[Any]) -> dict[str, Any]:
    """Return the evaluated annotations of a model class, by name."""
    if owner not in _type_hints:
        _type_hints[owner] = get_type_hints(owner)
    return _type_hints[owner]
