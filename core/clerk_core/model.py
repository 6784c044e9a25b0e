"""Models: JSON objects with typed attributes, which no response can break.

A model's `__dict__` is the JSON object itself. What Clerk's document promises is what the type checker sees; what
the server sends is what is kept: an unknown key stays, a value of another type stays as it came, an unknown enum
value is a string, an unknown variant is a plain `Model`. Attributes read as `clerk_core.views` says: an absent key as
`None`, or as an empty list or object where one is promised (`"key" in model` and `model["key"]` tell).
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MethodType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self, TypeVar, cast, dataclass_transform

from clerk_core._unset import UNSET
from clerk_core.flat import deepcopy, flatten, restore
from clerk_core.guards import is_items, is_list, is_mapping, is_object
from clerk_core.secrecy import is_secret, without_secrets
from clerk_core.views import View, is_structured

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

    def method(function: _F) -> _F:
        """Declare a method that a JSON key of the same name cannot hide."""
        return function
else:
    method = _Method


class _Attribute:
    """An attribute whose value needs a view, or whose JSON key is no Python identifier."""

    def __init__(self, key: str, default: Any) -> None:
        self.key = key
        self.default = default
        self._name = key
        self._view: View | None = None

    def __set_name__(self, owner: type[Model], name: str) -> None:
        self._name = name

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        if instance is None:
            return self.default
        if self._view is None:
            self._view = View(evaluated(owner)[self._name], Model)
        return self._view(instance.__dict__.get(self.key, None if self.default is _REQUIRED else self.default))

    def __set__(self, instance: Model, value: Any) -> None:
        instance.__dict__[self.key] = value

    def __delete__(self, instance: Model) -> None:
        if self.key not in instance.__dict__:
            raise AttributeError(self._name)
        del instance.__dict__[self.key]


def renamed(key: str, *, default: Any = _REQUIRED) -> Any:
    """Declare an attribute that stands for the JSON key `key`; with `default`, it need not be given."""
    return _Attribute(key, default)


class _AttrsFields:
    """`attrs.fields(SomeModel)` and what builds on it, made the first time somebody asks."""

    def __init__(self) -> None:
        self._made: dict[type[Model], Any] = {}

    def __get__(self, instance: object, owner: type[Model]) -> Any:
        if owner in self._made:
            return self._made[owner]
        import attrs

        declare: Any = attrs.field  # its stubs know types, and no strings, for `type`
        declared = {
            name: declare(
                default=attrs.NOTHING if field.required else field.default, type=field.annotation, kw_only=True
            )
            for name, field in fields(owner).items()
        }
        declared["additional_properties"] = declare(factory=dict, type="dict[str, Any]", kw_only=True)
        like: Any = attrs.make_class(owner.__name__, declared)
        self._made[owner] = like.__attrs_attrs__
        return like.__attrs_attrs__


class _Undeclared(dict[str, Any]):
    """The keys of a model that its class does not declare."""

    model: Model | None = None


class _AdditionalProperties:
    """What attrs sees of the keys that a class does not declare, so that it does not drop them."""

    def __get__(self, instance: Model | None, owner: type[Model]) -> Any:
        if instance is None:
            return self
        declared = {field.key for field in fields(owner).values()}
        undeclared = _Undeclared((key, value) for key, value in Model.__iter__(instance) if key not in declared)
        undeclared.model = instance
        return undeclared

    def __set__(self, instance: Model, value: object) -> None:
        raise AttributeError("additional_properties is not assigned: write the key itself")


class _PydanticSerializer:
    """What pydantic writes a model with where it expects anything."""

    def __get__(self, instance: object, owner: type[Model]) -> Any:
        try:
            from clerk_core.pydantic_schema import SERIALIZER
        except ImportError:
            raise AttributeError("__pydantic_serializer__") from None
        return SERIALIZER

    def __set__(self, instance: object, value: object) -> None:
        raise AttributeError("__pydantic_serializer__ belongs to the class")


class _Field(NamedTuple):
    """A declared attribute."""

    key: str
    required: bool
    annotation: str
    default: Any


_declared: dict[type[Model], dict[str, _Field]] = {}


def fields(owner: type[Model]) -> dict[str, _Field]:
    """The attributes that a class declares, by name."""
    if owner not in _declared:
        _declared[owner] = {
            name: _field(base.__dict__.get(name, _REQUIRED), name, str(annotation))
            for base in reversed(owner.__mro__)
            if issubclass(base, Model)
            for name, annotation in base.__annotations__.items()
            if not str(annotation).startswith("ClassVar")
        }
    return _declared[owner]


_evaluated: dict[type[Model], dict[str, Any]] = {}


def evaluated(owner: type[Model]) -> dict[str, Any]:
    """The annotations of a class, evaluated."""
    if owner not in _evaluated:
        _evaluated[owner] = typing.get_type_hints(owner)
    return _evaluated[owner]


@cache
def _shared(variants: tuple[Any, ...]) -> dict[str, tuple[str, View]]:
    """The attributes of a union: name -> key, and the view for all variants that declare it."""
    keys = {name: field.key for variant in variants for name, field in fields(variant).items()}
    hints = {name: [evaluated(variant)[name] for variant in variants if name in fields(variant)] for name in keys}
    return {name: (key, View(typing.Union[tuple(hints[name])], Model)) for name, key in keys.items()}  # noqa: UP007


def _field(declared: Any, name: str, annotation: str) -> _Field:
    if isinstance(declared, _Attribute):
        return _Field(declared.key, declared.default is _REQUIRED, annotation, declared.default)
    return _Field(name, declared is _REQUIRED, annotation, declared)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(renamed,))
class Model:
    """A JSON object. Keys that the type does not declare are read with `model["key"]`."""

    __slots__ = ("__dict__", "__weakref__", "_variants")  # `__dict__` is the JSON object and holds nothing else

    _open: ClassVar[bool] = False
    """Whether a model may be made with keys that its class does not declare."""
    _plan: ClassVar[tuple[tuple[str, Reader], ...] | None] = None
    __attrs_attrs__: ClassVar[Any] = _AttrsFields()
    if TYPE_CHECKING:
        _variants: ClassVar[tuple[type[Model], ...]]
    else:
        additional_properties = _AdditionalProperties()
        __pydantic_serializer__ = _PydanticSerializer()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._plan = None
        for name, annotation in cls.__annotations__.items():
            declared = cls.__dict__.get(name, _REQUIRED)
            if is_structured(str(annotation)) and not isinstance(declared, _Attribute):
                setattr(cls, name, _Attribute(name, declared))

    def __init__(self, **values: Any) -> None:
        declared = fields(type(self))
        undeclared = values.pop("additional_properties", {})
        if (
            isinstance(undeclared, _Undeclared) and undeclared.model is not None
        ):  # attrs.evolve: what it does not change is given as it reads
            self.__dict__ = _changed(undeclared.model, values).__dict__
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
            if inner or inner.__class__ is dict:  # an empty list stays as it is
                value[key] = reader(inner)
        self = _new(cls)
        self.__dict__ = value
        return self

    @staticmethod
    def read_unknown(value: dict[str, Any], variants: tuple[type[Model], ...]) -> Model:
        """Read an object that fits none of a union's variants: what one of them declares can be read."""
        self = Model.read(value)
        object.__setattr__(self, "_variants", variants)
        for key, view in _shared(variants).values():
            if key in value:
                value[key] = view.read(value[key])
        return self

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make a model from a JSON object; `data` is copied and stays as it is. Missing and unknown keys are fine."""
        return cls.read(_copy({**data}))

    @method
    def to_dict(self) -> dict[str, Any]:
        """The JSON object, exactly as it came in or was built, as plain dicts and lists that are yours to change."""
        plain: Any = _copy(self)
        if not isinstance(plain, dict):  # `json.dumps(..., default=Model.to_dict)` asks for whatever it cannot write
            raise TypeError(f"Object of type {type(self).__name__} is not JSON serializable")
        return cast("dict[str, Any]", plain)

    def __getitem__(self, key: str) -> Any:
        return self.__dict__[key]

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Pairs of key and value, so that `dict(model)` is the JSON object with models inside."""
        return ((key, value) for key, value in self.__dict__.items() if value is not UNSET)

    def __contains__(self, key: object) -> bool:
        return key in self.__dict__

    if not TYPE_CHECKING:  # so that a mistyped attribute stays a type error

        def __getattr__(self, name: str) -> Any:
            if name == "_variants":  # not set: no variant of a union
                return ()
            if name in fields(type(self)):
                return None
            if self._variants and name in _shared(self._variants):
                return _shared(self._variants)[name][1](None)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __eq__(self, other: object) -> bool:  # and so, being mutable, no hash
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
        replaced: Self = _restored(type(self), type(self).read(kept).__dict__, self._variants)
        return replaced

    # A key of the same name must not be taken for the method: see `_Method`.
    @method
    def __reduce_ex__(self, protocol: Any) -> Any:
        return restore, ([tuple(node) for node in flatten(self, Model, {})[0]],)

    @method
    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        return deepcopy(self, Model, memo)

    def __repr__(self) -> str:
        return _shown(self, ())

    @method
    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """What rich prints, in tracebacks too: the pairs that `repr` shows, and no secret."""
        return ((key, _Shown(text)) for key, text in _members(self.__dict__, (id(self),)))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
        from clerk_core.pydantic_schema import schema_of

        return schema_of(cls)


def _changed(model: Any, values: dict[str, Any]) -> Any:
    """The model with those of the values that differ from what it reads as."""
    read = {name: getattr(model, name, _REQUIRED) for name in values}
    same = (name for name, value in values.items() if type(value) is type(read[name]) and value == read[name])
    return model.__replace__(**{name: values[name] for name in values.keys() - set(same)})


def _restored(cls: Any, values: dict[str, Any], variants: tuple[type[Model], ...] = ()) -> Any:
    self = _new(cls)
    self.__dict__ = values
    if variants:
        object.__setattr__(self, "_variants", variants)
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
        members = ", ".join(f"{_name(key)}={text}" for key, text in _members(value.__dict__, above))
        return f"{type(value).__name__}({members})"
    if is_object(value):
        return f"{{{', '.join(f'{key!r}: {text}' for key, text in _members(value, above))}}}"
    if is_list(value):
        return f"[{', '.join(_shown(item, above) for item in value)}]"
    try:
        return repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return "..."


class _Shown:
    """A value that is shown as this text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _members(values: Mapping[Any, Any], above: tuple[int, ...]) -> Iterator[tuple[Any, str]]:
    for key, value in values.items():
        hidden = (isinstance(value, str) or is_list(value)) and is_secret(str(key), values)
        yield key, "..." if hidden else _shown(value, above)


def _name(key: Any) -> Any:
    """A key as it is, unless no terminal or log file takes it."""
    return key if str(key).isprintable() else repr(key)
