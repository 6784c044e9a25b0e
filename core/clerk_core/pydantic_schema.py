"""What models are to pydantic, and so to FastAPI. Imported when pydantic asks for it.

Validation takes a model or a JSON object; serialisation gives the JSON object, unknown keys included. The annotations
are the JSON schema, and nothing is rejected for departing from them, save an object whose `object` names another class.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import CoreConfig, CoreSchema, PydanticCustomError, SchemaSerializer, core_schema

from clerk_core._unset import Unset
from clerk_core.guards import is_mapping
from clerk_core.model import Model, evaluated, fields

_PLAIN: dict[Any, Callable[[], CoreSchema]] = {
    str: core_schema.str_schema,
    int: core_schema.int_schema,
    float: core_schema.float_schema,
    bool: core_schema.bool_schema,
    types.NoneType: core_schema.none_schema,
}


def schema_of(kind: type[Model]) -> CoreSchema:
    """The schema of a class, with those of all classes that it refers to."""
    found: dict[type[Model], CoreSchema] = {}
    waiting = [kind]
    while waiting:
        owner = waiting.pop()
        if owner not in found:
            found[owner] = _object(owner, waiting.append)
    return core_schema.definitions_schema(_reference(kind), list(found.values()))


def _reference(kind: type[Model]) -> core_schema.DefinitionReferenceSchema:
    return core_schema.definition_reference_schema(_name(kind))


def _name(kind: type[Model]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}:{id(kind)}"


def _object(kind: type[Model], refer: Callable[[type[Model]], None]) -> CoreSchema:
    """Return the schema of one class; `refer` is called with each class that it refers to."""
    hints = evaluated(kind)
    members = {
        field.key: core_schema.typed_dict_field(_of(hints[name], refer), required=field.required)
        for name, field in fields(kind).items()
    }
    tags = _tags(hints)

    def validate(value: Any, _: Any) -> Any:
        if isinstance(value, kind):
            return value
        if not is_mapping(value) or (isinstance(value.get("object"), str) and tags and value["object"] not in tags):
            raise PydanticCustomError("model_type", "Input should be a {name} or its JSON object", {"name": name})
        return kind.from_dict(value)

    name = kind.__name__
    return core_schema.no_info_wrap_validator_function(
        validate,
        core_schema.typed_dict_schema(members, cls=kind, extra_behavior="allow", config=CoreConfig(title=name)),
        ref=_name(kind),
        serialization=core_schema.plain_serializer_function_ser_schema(_plain),
    )


def _tags(hints: Mapping[str, Any]) -> tuple[Any, ...]:
    hint = hints.get("object")
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()


def _plain(value: Any) -> Any:
    return value.to_dict() if isinstance(value, Model) else value


def _of(hint: Any, refer: Callable[[type[Model]], None]) -> CoreSchema:
    """The schema of an annotation."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]()
    if origin is typing.Literal:
        return core_schema.literal_schema(list(inner))
    if origin in (typing.Union, types.UnionType):
        return core_schema.union_schema([_of(part, refer) for part in inner if part is not Unset])
    if origin in (list, Sequence):
        return core_schema.list_schema(_of(inner[0], refer))
    if origin in (dict, Mapping):
        return core_schema.dict_schema(core_schema.str_schema(), _of(inner[1], refer))
    if isinstance(hint, type) and issubclass(hint, Model):
        refer(hint)
        return _reference(hint)
    return core_schema.any_schema()


SERIALIZER = SchemaSerializer(
    core_schema.any_schema(serialization=core_schema.plain_serializer_function_ser_schema(_plain))
)
"""Writes models where pydantic expects anything."""
