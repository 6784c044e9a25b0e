"""Models: JSON objects with typed attributes, which no response can break.

A model's `__dict__` is the JSON object itself. What Clerk's document promises is what the type checker sees; what
the server sends is what is kept: an unknown key stays, a value of another type stays as it came, an absent key
reads as `None` (`"key" in model` tells), an unknown enum value is a string, an unknown variant is a plain `Model`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar, dataclass_transform

from clerk_core._unset import UNSET
from clerk_core.guards import is_items, is_list, is_mapping, is_object
from clerk_core.secrecy import is_secret, without_secrets

Reader = Callable[[Any], Any]
"""Turns a JSON value into what a user sees; gives back as it came what it does not understand. Never raises."""

_LEAVES = {str, int, float, bool, type(None)}

_LEVELS = 50
"""How deep a repr goes: deeper than Clerk's objects, and less than Python's calls may."""

_REQUIRED: Any = object()

_new = object.__new__

_F = TypeVar("_F", bound=Callable[..., Any])


class _Method:
    """A method that a JSON key of the same name cannot hide: a data descriptor goes before `__dict__`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, instance: object, owner: type) -> Any:
        return self._function if instance is None else MethodType(self._function, instance)

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError(f"{self._function.__name__} is a method of the model; write model[...] for a key so named")


if TYPE_CHECKING:

    def _method(function: _F) -> _F:
        return function
else:
    _method = _Method


class _Renamed:
    """An attribute whose JSON key is no Python identifier."""

    def __init__(self, key: str, default: Any) -> None:
        self.key = key
        self.default = default

    def __get__(self, instance: Model | None, owner: type) -> Any:
        return self.default if instance is None else instance.__dict__.get(self.key)

    def __set__(self, instance: Model, value: Any) -> None:
        instance.__dict__[self.key] = value


def renamed(key: str, *, default: Any = _REQUIRED) -> Any:
    """Declare an attribute that stands for the JSON key `key`; with `default`, it need not be given."""
    return _Renamed(key, default)


class _AttrsFields:
    """`attrs.fields(SomeModel)` and what builds on it, made the first time somebody asks."""

    def __init__(self) -> None:
        self._made: dict[type[Model], Any] = {}

    def __get__(self, instance: object, owner: type[Model]) -> Any:
        if owner in self._made:
            return self._made[owner]
        import attrs

        declare: Any = attrs.field  # its stubs know types, and no strings, for `type`
        fields = {
            name: declare(
                default=attrs.NOTHING if field.required else field.default, type=field.annotation, kw_only=True
            )
            for name, field in _fields(owner).items()
        }
        like: Any = attrs.make_class(owner.__name__, fields)
        self._made[owner] = like.__attrs_attrs__
        return like.__attrs_attrs__


class _Field(NamedTuple):
    """A declared attribute."""

    key: str
    required: bool
    annotation: str
    default: Any


_declared: dict[type[Model], dict[str, _Field]] = {}


def _fields(owner: type[Model]) -> dict[str, _Field]:
    """The attributes that a class declares, by name."""
    if owner not in _declared:
        _declared[owner] = {
            name: _field(base.__dict__.get(name, _REQUIRED), name, str(annotation))
            for base in reversed(owner.__mro__[:-1])
            for name, annotation in base.__annotations__.items()
            if not str(annotation).startswith("ClassVar")
        }
    return _declared[owner]


def _field(declared: Any, name: str, annotation: str) -> _Field:
    if isinstance(declared, _Renamed):
        return _Field(declared.key, declared.default is _REQUIRED, annotation, declared.default)
    return _Field(name, declared is _REQUIRED, annotation, declared)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(renamed,))
class Model:
    """A JSON object. Keys that the type does not declare are read with `model["key"]`."""

    _plan: ClassVar[tuple[tuple[str, Reader], ...] | None] = None
    __attrs_attrs__: ClassVar[Any] = _AttrsFields()

    def __init_subclass__(cls) -> None:
        cls._plan = None

    def __init__(self, **values: Any) -> None:
        fields = _fields(type(self))
        missing = [name for name, field in fields.items() if field.required and name not in values]
        unknown = [name for name in values if name not in fields]
        if missing or unknown:
            problem = f"missing {', '.join(missing)}" if missing else f"unexpected {', '.join(unknown)}"
            raise TypeError(f"{type(self).__name__}(): {problem}")
        for name, value in values.items():
            if value is not UNSET:
                self.__dict__[fields[name].key] = value

    @classmethod
    def _readers(cls) -> Mapping[str, Reader]:
        """How to read the keys that hold models; a class with such keys says it here."""
        return {}

    @classmethod
    def read(cls, value: Any) -> Self:
        """Read a parsed JSON value that is nobody else's: the model keeps it. What is no object stays as it is."""
        if value.__class__ is not dict:
            return value  # type: ignore[no-any-return]  # the promise is the document's; see the module's text
        plan = cls._plan
        if plan is None:
            plan = cls._plan = tuple(cls._readers().items())
        for key, reader in plan:
            inner = value.get(key)
            if inner is not None:
                value[key] = reader(inner)
        self = _new(cls)
        self.__dict__ = value
        return self

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make a model from a JSON object; `data` is copied and stays as it is. Missing and unknown keys are fine."""
        return cls.read(_copy({**data}))

    @_method
    def to_dict(self) -> dict[str, Any]:
        """The JSON object, exactly as it came in or was built, as plain dicts and lists that are yours to change."""
        plain: dict[str, Any] = _copy(self)
        return plain

    def __getitem__(self, key: str) -> Any:
        return self.__dict__[key]

    def __contains__(self, key: object) -> bool:
        return key in self.__dict__

    if not TYPE_CHECKING:  # so that a mistyped attribute stays a type error

        def __getattr__(self, name: str) -> Any:
            if name in _fields(type(self)):
                return None
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __eq__(self, other: object) -> bool:  # and so, being mutable, no hash
        if type(self) is not type(other):
            return NotImplemented
        return self.__dict__ == other.__dict__

    def __replace__(self, **changes: Any) -> Self:
        fields = _fields(type(self))
        unknown = [name for name in changes if name not in fields]
        if unknown:
            raise TypeError(f"unexpected {', '.join(unknown)}")
        values = {**self.__dict__, **{fields[name].key: value for name, value in changes.items()}}
        return type(self).read({key: value for key, value in values.items() if value is not UNSET})

    # A key of the same name must not be taken for the method: see `_Method`.
    @_method
    def __reduce_ex__(self, protocol: Any) -> Any:
        return _restored, (type(self), dict(self.__dict__))

    @_method
    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return _restored(type(self), copy.deepcopy(self.__dict__, memo))

    def __repr__(self) -> str:
        return _shown(self, ())


def _restored(cls: Any, values: dict[str, Any]) -> Any:
    self = _new(cls)
    self.__dict__ = values
    return self


def _copy(value: Any) -> Any:
    """A JSON value as dicts and lists of its own. A loop, for `json` reads what is deeper than Python's calls go."""
    whole = [value]
    way: list[tuple[Any, Any, Iterator[tuple[Any, Any]]]] = [(None, whole, _pairs(whole))]
    above: set[int] = set()
    while way:
        source, copied, items = way[-1]
        for key, item in items:
            inner = None if item.__class__ in _LEAVES else _shallow(item)
            if inner is None:
                continue
            if id(item) in above:
                raise ValueError(f"{key!r} holds itself, which no JSON value can")
            above.add(id(item))
            copied[key] = inner
            way.append((item, inner, _pairs(inner)))
            break
        else:
            above.discard(id(source))
            way.pop()
    return whole[0]


def _shallow(value: Any) -> Any:
    """A dict or list of the same items; None for what has none."""
    if isinstance(value, Model):
        return {key: item for key, item in value.__dict__.items() if item is not UNSET}
    if is_mapping(value):
        return dict(value)
    return list(value) if is_items(value) else None


def _pairs(value: dict[Any, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    return iter(value.items()) if isinstance(value, dict) else enumerate(value)


def _shown(value: Any, above: tuple[int, ...]) -> str:
    """The repr, with `...` for what is secret, what is too deep, and what holds itself; `above` is what it is in."""
    if isinstance(value, str):
        return repr(without_secrets(value))
    if len(above) == _LEVELS or id(value) in above:
        return "..."
    above = (*above, id(value))
    if isinstance(value, Model):
        return f"{type(value).__name__}({', '.join(f'{key}={text}' for key, text in _members(value.__dict__, above))})"
    if is_object(value):
        return f"{{{', '.join(f'{key!r}: {text}' for key, text in _members(value, above))}}}"
    if is_list(value):
        return f"[{', '.join(_shown(item, above) for item in value)}]"
    return repr(value)


def _members(values: Mapping[Any, Any], above: tuple[int, ...]) -> Iterator[tuple[Any, str]]:
    for key, value in values.items():
        hidden = (isinstance(value, str) or is_list(value)) and is_secret(str(key), values)
        yield key, "..." if hidden else _shown(value, above)
