"""The attributes of model classes: declared ones, computed ones, and those that attrs sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from clerk_core._unset import UNSET

if TYPE_CHECKING:
    from clerk_core.models.views import View

T = TypeVar("T")

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


class Field:
    """A declared attribute."""

    __slots__ = ("annotation", "default", "key", "required")

    def __init__(self, key: str, required: bool, annotation: str, default: Any) -> None:
        self.key = key
        self.required = required
        self.annotation = annotation
        self.default = default


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


def find_by_id(items: Iterable[T] | None, wanted: str | None) -> T | None:
    """Return the item with this id, or None. Some versions of the API omit the list."""
    if wanted is None:
        return None
    return next((item for item in items or () if getattr(item, "id", None) == wanted), None)


def join_words(*parts: str | None) -> str | None:
    """Return the non-empty parts joined by spaces, or None if there are none."""
    given: list[object] = [*parts]
    return " ".join(part for part in given if isinstance(part, str) and part) or None


class AttrsFields:
    """The descriptor behind `__attrs_attrs__`. It imports attrs when it is first used."""

    def __init__(self) -> None:
        self._created: dict[type[Any], Any] = {}

    def __get__(self, instance: object, owner: type[Any]) -> Any:
        if owner in self._created:
            return self._created[owner]
        import attrs

        declare: Any = attrs.field  # the stubs of attrs allow types only, not strings, for `type`
        declared = {
            name: declare(
                default=attrs.NOTHING if field.required else field.default, type=field.annotation, kw_only=True
            )
            for name, field in fields(owner).items()
        }
        declared["additional_properties"] = declare(factory=dict, type="dict[str, Any]", kw_only=True)
        like: Any = attrs.make_class(owner.__name__, declared)
        self._created[owner] = like.__attrs_attrs__
        return like.__attrs_attrs__


class Undeclared(dict[str, Any]):
    """The keys of a model that its class does not declare."""

    model: Any = None


class AdditionalProperties:
    """The descriptor that passes undeclared keys to attrs, which would drop them otherwise."""

    def __get__(self, instance: Any, owner: type[Any]) -> Any:
        if instance is None:
            return self
        declared = {field.key for field in fields(owner).values()}
        undeclared = Undeclared((key, value) for key, value in _items(instance) if key not in declared)
        undeclared.model = instance
        return undeclared

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError("additional_properties cannot be assigned; set the key itself")


def _items(model: Any) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in model.__dict__.items() if value is not UNSET)
