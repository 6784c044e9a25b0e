"""Models: JSON objects with typed attributes. No response can break them.

A model's `__dict__` is the JSON object itself. The objects in it become models when the first of them is needed, so
that a list of users is decoded nearly as fast as its JSON is parsed. Type checkers see what Clerk's document promises;
at run time the model keeps what the server sent: unknown keys stay, values of an unexpected type stay as they are,
unknown enum values are strings, and unknown variants of a union are plain `Model`s. `clerk_core.models.views` describes
what attributes return: for an absent key `None`, or an empty list or object if the document promises one. `"key" in
model` and `model["key"]` return what the server sent.
"""

from __future__ import annotations

import os
import threading
import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, cast, dataclass_transform

from clerk_core._unset import UNSET
from clerk_core.models.fields import (
    REQUIRED,
    AdditionalProperties,
    Attribute,
    AttrsFields,
    Undeclared,
    fields,
    is_structured,
    type_hints,
)

if TYPE_CHECKING:
    from clerk_core.models.views import View

Reader = Callable[[Any], Any]
"""Converts a JSON value to what users see, and returns it unchanged if it is not as expected. Never raises."""

Plan = tuple[tuple[str, Reader], ...]
"""The keys of a class whose values contain models, with their readers."""


class _JsonObject:
    """The attributes of a model that are no keys of its JSON object."""

    __slots__ = ("__dict__", "__weakref__", "_unread", "_variants")  # `__dict__` contains the JSON object, nothing else

    if TYPE_CHECKING:
        _unread: Plan
        """Empty once the objects in the JSON object are models."""
        _variants: tuple[type[Model], ...]
        """The variants of a union, for an object that matches none of them."""


_new = object.__new__
_get_dict = _JsonObject.__dict__["__dict__"].__get__
_set_dict = _JsonObject.__dict__["__dict__"].__set__

_F = TypeVar("_F", bound=Callable[..., Any])


class _Method:
    """A method that a JSON key of the same name cannot hide, because data descriptors precede `__dict__`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type) -> Any:
        return self._function if instance is None else MethodType(self._function, instance)

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError(f"{self._function.__name__} is a method of the model; use model[...] for this key")


if TYPE_CHECKING:

    def method(function: _F) -> _F:
        """Declare a method that a JSON key of the same name cannot hide."""
        return function
else:
    method = _Method


def renamed(key: str, *, default: Any = REQUIRED) -> Any:
    """Declare an attribute for the JSON key `key`. With `default`, it is optional."""
    return Attribute(key, default, Model)


class _PydanticSerializer:
    """The descriptor for the serializer that pydantic uses where it expects any value."""

    def __get__(self, instance: object, owner: type[Model]) -> Any:
        try:
            return _pydantic_serializer()
        except ImportError:
            raise AttributeError("__pydantic_serializer__") from None

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError("__pydantic_serializer__ belongs to the class")


@cache
def _pydantic_serializer() -> Any:
    from clerk_core.models.pydantic_schema import build_serializer

    return build_serializer(Model)


@cache
def _union_views(variants: tuple[Any, ...]) -> dict[str, tuple[str, View]]:
    """Return the attributes of a union: name -> key, and the view for all variants that declare it."""
    from clerk_core.models.views import View

    keys = {name: field.key for variant in variants for name, field in fields(variant).items()}
    hints = {name: [type_hints(variant)[name] for variant in variants if name in fields(variant)] for name in keys}
    return {name: (key, View(typing.Union[tuple(hints[name])], Model)) for name, key in keys.items()}  # noqa: UP007


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(renamed,))
class Model(_JsonObject):
    """A JSON object. Read keys that the class does not declare with `model["key"]`."""

    __slots__ = ()

    _open: ClassVar[bool] = False
    """Whether a model may be created with keys that its class does not declare."""
    _plan: ClassVar[Plan | None] = None
    __attrs_attrs__: ClassVar[Any] = AttrsFields()
    if not TYPE_CHECKING:
        additional_properties = AdditionalProperties()

        @property
        def __dict__(self) -> dict[str, Any]:
            if self._unread:
                _read_inner(self)
            return _get_dict(self)

        @__dict__.setter
        def __dict__(self, value: dict[str, Any]) -> None:
            _set_dict(self, value)

        _stored = property(_get_dict)  # the JSON object as it is, whether its objects are models yet or not

        __pydantic_serializer__ = _PydanticSerializer()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._plan = None
        for name, annotation in cls.__annotations__.items():
            if is_structured(str(annotation)):
                declared = cls.__dict__.get(name, REQUIRED)
                if not isinstance(declared, Attribute):
                    setattr(cls, name, Attribute(name, declared, Model))

    def __init__(self, **values: Any) -> None:
        self._unread = ()
        declared = fields(type(self))
        undeclared = values.pop("additional_properties", {})
        if isinstance(undeclared, Undeclared) and undeclared.model is not None:
            # attrs.evolve passes the attributes that it does not change as they read, not as they were sent.
            self.__dict__ = _evolve(undeclared.model, values).__dict__
            return
        missing = [name for name, field in declared.items() if field.required and name not in values]
        unknown = [] if self._open else [name for name in values if name not in declared]
        if missing or unknown:
            problem = f"missing {', '.join(missing)}" if missing else f"unexpected {', '.join(unknown)}"
            raise TypeError(f"{type(self).__name__}(): {problem}")
        for name, value in values.items():
            if value is not UNSET:
                self.__dict__[declared[name].key if name in declared else name] = value
        self.__dict__.update(undeclared)

    @classmethod
    def _readers(cls) -> Mapping[str, Reader]:
        """Return the readers of the keys that contain models."""
        return {}

    @classmethod
    def read(cls, value: Any) -> Self:
        """Read a parsed JSON value, and keep it: pass only values that nothing else uses.

        A value that is not an object is returned unchanged.
        """
        if value.__class__ is not dict:
            return value  # type: ignore[no-any-return]  # the document promises an object; see the module's docstring
        plan = cls._plan
        if plan is None:
            plan = cls._plan = tuple(cls._readers().items())
        self = _new(cls)
        _set_dict(self, value)
        self._unread = plan
        return self

    @staticmethod
    def read_unknown(value: dict[str, Any], variants: tuple[type[Model], ...]) -> Model:
        """Read an object that matches no variant of a union. It has the attributes of all variants."""
        self = Model.read(value)
        object.__setattr__(self, "_variants", variants)
        for key, view in _union_views(variants).values():
            if key in value:
                value[key] = view.read(value[key])
        return self

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return a model of a JSON object, which is copied. Keys may be missing or unknown."""
        from clerk_core.models.plain import to_plain

        return cls.read(to_plain({**data}, Model))

    @method
    def to_dict(self) -> dict[str, Any]:
        """Return a copy of the JSON object, exactly as it was received or created, as plain dicts and lists."""
        from clerk_core.models.plain import to_plain

        plain: Any = to_plain(self, Model)
        if not isinstance(plain, dict):  # `json.dumps(..., default=Model.to_dict)` passes any object
            raise TypeError(f"Object of type {type(self).__name__} is not JSON serializable")
        return cast("dict[str, Any]", plain)

    def __getitem__(self, key: str) -> Any:
        return self.__dict__[key]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Iterate over pairs of key and value: `dict(model)` is the JSON object with models inside."""
        return ((key, value) for key, value in self.__dict__.items() if value is not UNSET)

    def __contains__(self, key: object) -> bool:
        return key in self.__dict__

    if not TYPE_CHECKING:  # so that type checkers report mistyped attributes

        def __getattr__(self, name: str) -> Any:
            if name in ("_variants", "_unread"):  # slots; `_variants` is only set for unknown variants of a union
                return ()
            if name in fields(type(self)):
                return None
            if self._variants and name in _union_views(self._variants):
                return _union_views(self._variants)[name][1](None)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __eq__(self, other: object) -> bool:  # models are mutable, so they have no hash
        if type(self) is not type(other):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __replace__(self, **changes: Any) -> Self:
        declared = fields(type(self))
        unknown = [] if self._open else [name for name in changes if name not in declared]
        if unknown:
            raise TypeError(f"unexpected {', '.join(unknown)}")
        keys = {name: field.key for name, field in declared.items()}
        values = {**self.__dict__, **{keys.get(name, name): value for name, value in changes.items()}}
        kept = {key: value for key, value in values.items() if value is not UNSET}
        replaced = _new(type(self))
        replaced.__dict__ = type(self).read(kept).__dict__
        if self._variants:
            object.__setattr__(replaced, "_variants", self._variants)
        return replaced

    @method
    def __reduce_ex__(self, protocol: Any) -> Any:
        from clerk_core.models.flattening import flatten, restore

        return restore, ([tuple(node) for node in flatten(self, Model, {})[0]],)

    @method
    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        from clerk_core.models.flattening import deepcopy

        return deepcopy(self, Model, memo)

    def __repr__(self) -> str:
        from clerk_core.models.representation import represent

        return represent(self, Model)

    @method
    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """Yield the pairs that `repr` shows, for rich and its tracebacks."""
        from clerk_core.models.representation import Literal, represent_members

        return ((key, Literal(text)) for key, text in represent_members(self.__dict__, Model, (id(self),)))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        from clerk_core.models.pydantic_schema import build_schema

        return build_schema(cls, Model)


_reading = threading.RLock()


def _unlock() -> None:
    """Replace the lock, which another thread may hold at a fork."""
    global _reading
    _reading = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unlock)


def _read_inner(model: Any) -> None:
    """Turn the objects in a model into models. Threads that share the model see the same ones."""
    with _reading:
        values = _get_dict(model)
        for key, reader in model._unread:
            inner = values.get(key)
            if inner or inner.__class__ is dict:  # an empty list stays as it is
                values[key] = reader(inner)
        model._unread = ()


def _evolve(model: Any, values: dict[str, Any]) -> Any:
    """Return a copy of the model with those values that differ from its attributes."""
    current = {name: getattr(model, name, REQUIRED) for name in values}
    same = (name for name, value in values.items() if type(value) is type(current[name]) and value == current[name])
    return model.__replace__(**{name: values[name] for name in values.keys() - set(same)})
