"""Schemas of models for pydantic, and so for FastAPI. Imported when pydantic needs it.

Validation accepts a model or a JSON object; serialisation writes the JSON object, including unknown keys. The JSON
schema follows the annotations, but values that violate them are accepted, except for an object whose `object` names
another class.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic_core import CoreConfig, CoreSchema, PydanticCustomError, SchemaSerializer, core_schema

from clerk_core._unset import Unset
from clerk_core.guards import is_mapping
from clerk_core.models.fields import fields, type_hints

_PLAIN: dict[Any, Callable[[], CoreSchema]] = {
    str: core_schema.str_schema,
    int: core_schema.int_schema,
    float: core_schema.float_schema,
    bool: core_schema.bool_schema,
    types.NoneType: core_schema.none_schema,
}


def build_schema(kind: type[Any], base: type[Any]) -> CoreSchema:
    """Return the schema of a model class and of all classes that it refers to; `base` is the base of all models."""
    found: dict[type[Any], CoreSchema] = {}
    waiting = [kind]
    while waiting:
        owner = waiting.pop()
        if owner not in found:
            found[owner] = _object_schema(owner, base, waiting.append)
    return core_schema.definitions_schema(_reference(kind), list(found.values()))


def _reference(kind: type[Any]) -> core_schema.DefinitionReferenceSchema:
    return core_schema.definition_reference_schema(_name(kind))


def _name(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}:{id(kind)}"


def _object_schema(kind: type[Any], base: type[Any], refer: Callable[[type[Any]], None]) -> CoreSchema:
    """Return the schema of one class; call `refer` with each class that it refers to."""
    hints = type_hints(kind)
    members = {
        field.key: core_schema.typed_dict_field(_annotation_schema(hints[name], base, refer), required=field.required)
        for name, field in fields(kind).items()
    }
    tags = _object_tags(hints)

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
        serialization=_serialization(base),
    )


def _object_tags(hints: Mapping[str, Any]) -> tuple[Any, ...]:
    hint = hints.get("object")
    return typing.get_args(hint) if typing.get_origin(hint) is typing.Literal else ()


def _serialization(base: type[Any]) -> core_schema.PlainSerializerFunctionSerSchema:
    return core_schema.plain_serializer_function_ser_schema(
        lambda value: value.to_dict() if isinstance(value, base) else value
    )


def _annotation_schema(hint: Any, base: type[Any], refer: Callable[[type[Any]], None]) -> CoreSchema:
    """Return the schema of an annotation."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]()
    if origin is typing.Literal:
        return core_schema.literal_schema(list(inner))
    if origin in (typing.Union, types.UnionType):
        return core_schema.union_schema([_annotation_schema(part, base, refer) for part in inner if part is not Unset])
    if origin in (list, Sequence):
        return core_schema.list_schema(_annotation_schema(inner[0], base, refer))
    if origin in (dict, Mapping):
        return core_schema.dict_schema(core_schema.str_schema(), _annotation_schema(inner[1], base, refer))
    if isinstance(hint, type) and issubclass(hint, base):
        refer(hint)
        return _reference(hint)
    return core_schema.any_schema()


def build_serializer(base: type[Any]) -> SchemaSerializer:
    """Return the serializer of models for places where pydantic expects any value."""
    return SchemaSerializer(core_schema.any_schema(serialization=_serialization(base)))
