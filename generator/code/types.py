"""Convert openapi-python-client's properties to annotations and readers."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any

from openapi_python_client.parser.properties import (
    AnyProperty,
    LiteralEnumProperty,
    ModelProperty,
)
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty

from generator.contract.nodes import Node
from generator.problems import GeneratorProblem

_PLAIN: tuple[tuple[type, str], ...] = (
    (BooleanProperty, "bool"),
    (IntProperty, "int"),
    (FloatProperty, "float"),
    (StringProperty, "str"),
    (FileProperty, "bytes | BinaryIO | File"),
    (NoneProperty, "None"),
    (AnyProperty, "Any"),
)


class Types:
    """Writes annotations and readers for the generated classes, given the schema of each."""

    def __init__(self, schemas: Mapping[str, Node]) -> None:
        self._schemas = schemas

    def is_class(self, prop: Any) -> bool:
        """Return whether the property is an object with declared attributes."""
        return isinstance(prop, ModelProperty) and "properties" in self._schemas.get(str(prop.class_info.name), {})

    def annotation(self, prop: Any, *, argument: bool = False) -> str:
        """Return the type of an attribute or result, or that of an argument, which accepts any sequence."""
        for kind, text in _PLAIN:
            if isinstance(prop, kind):
                return text
        if isinstance(prop, LiteralEnumProperty):
            return f"Literal[{', '.join(map(_literal, sorted(prop.values)))}]"
        if isinstance(prop, ConstProperty):
            return f"Literal[{_literal(prop.value.raw_value)}]"
        if isinstance(prop, ListProperty):
            inner = self.annotation(prop.inner_property, argument=argument)
            return f"Sequence[{inner}]" if argument else f"list[{inner}]"
        if isinstance(prop, UnionProperty):
            return self._union(self.annotation(inner, argument=argument) for inner in prop.inner_properties)
        if self.is_class(prop):
            name = str(prop.class_info.name)
            return f"{name} | {self.dict_of(name)}" if argument else name
        if isinstance(prop, ModelProperty):
            extra = prop.additional_properties
            value = self.annotation(extra, argument=argument) if hasattr(extra, "python_name") else "Any"
            return f"Mapping[str, {value}]" if argument else f"dict[str, {value}]"
        raise GeneratorProblem(f"no Python type for {type(prop).__name__} {prop.name}")

    def dict_of(self, name: str) -> str:
        """Return the dict type that is accepted instead of the class: a TypedDict, or a mapping for open classes."""
        keys = self._schemas[name]["properties"]
        return "Mapping[str, Any]" if self.is_open(name) or not all(map(_is_name, keys)) else f"{name}Dict"

    def is_open(self, name: str) -> bool:
        """Return whether objects of the class may have undeclared keys."""
        return self._schemas[name].get("additionalProperties") is True

    @staticmethod
    def _union(parts: Iterable[str]) -> str:
        distinct = list(dict.fromkeys(parts))
        if "Any" in distinct:
            return "Any"
        return " | ".join(sorted(distinct, key=lambda part: part == "None"))

    def reader(self, prop: Any) -> str | None:
        """Return the expression that reads the property's JSON value, or None if it needs no conversion."""
        if self.is_class(prop):
            return f"{prop.class_info.name}.read"
        if isinstance(prop, ListProperty):
            inner = self.reader(prop.inner_property)
            return f"list_of({inner})" if inner else None
        if isinstance(prop, ModelProperty) and hasattr(prop.additional_properties, "python_name"):
            inner = self.reader(prop.additional_properties)
            return f"map_of({inner})" if inner else None
        if isinstance(prop, UnionProperty):
            return self._union_reader(prop)
        return None

    def _union_reader(self, prop: UnionProperty) -> str | None:
        inner = [part for part in prop.inner_properties if self.reader(part)]
        if not inner:
            return None
        if len(inner) == 1:
            return self.reader(inner[0])
        models = [str(part.class_info.name) for part in inner if isinstance(part, ModelProperty)]
        lists = next((self.reader(part) for part in inner if isinstance(part, ListProperty)), None)
        if len(models) == 1 and lists:
            return f"object_or_list({models[0]}.read, {lists})"
        return self.one_of(models, lists)

    def one_of(self, models: list[str], lists: str | None = None) -> str:
        """Return the expression that reads one of several classes."""
        arguments: list[str] = []
        tag = self._tag(models)
        tagged = {value: model for model in models for value in self._constants(model, tag)} if tag else {}
        shared = self._discriminating(models)
        variants = [self._variant(model, shared, tag) for model in models]
        arguments.append(f"[{', '.join(variants)}]")
        if tag:
            arguments.append(f"tag={_literal(tag)}")
            pairs = ", ".join(f"{_literal(value)}: {model}" for value, model in tagged.items())
            arguments.append(f"tagged={{{pairs}}}")
        if lists:
            arguments.append(f"lists={lists}")
        return f"one_of({', '.join(arguments)})"

    def _variant(self, model: str, keys: list[str], tag: str | None) -> str:
        schema = self._schemas[model]
        # Variants are compared only if the tag is missing, so the tag is not required here.
        required = [name for name in schema.get("required", ()) if name in schema["properties"] and name != tag]
        told: list[str] = []
        for key in keys:
            values = self._constants(model, key)
            pattern = schema["properties"].get(key, {}).get("pattern")
            if values:
                told.append(f"{_literal(key)}: {_tuple(values)}")
            elif pattern:
                told.append(f"{_literal(key)}: {_literal(pattern)}")
        constants = f", constants={{{', '.join(told)}}}" if told else ""
        return f"Variant({model}, required={_tuple(required)}{constants})"

    def _constants(self, model: str, key: str) -> list[str]:
        values = self._schemas[model]["properties"].get(key, {}).get("enum", [])
        return [value for value in values if isinstance(value, str)]

    def _tag(self, models: list[str]) -> str | None:
        """Return the key whose constant names the variant: `object`, or the first key that is unambiguous."""
        keys: list[str] = sorted(
            {key for model in models for key in self._schemas[model]["properties"]}, key=lambda k: (k != "object", k)
        )
        for key in keys:
            constants = [self._constants(model, key) for model in models]
            single = [values[0] for values in constants if len(values) == 1]
            if (
                len(single) == len(set(single)) >= 1
                and all(len(values) <= 1 for values in constants)
                and (len(single) == len(models) or key == "object")
            ):
                return key
        return None

    def _discriminating(self, models: list[str]) -> list[str]:
        """Return the keys whose constants discriminate: those of any two variants are equal or disjoint."""
        keys = sorted({key for model in models for key in self._schemas[model]["properties"]})
        return [key for key in keys if key != "object" and self._discriminates(models, key)]

    def _discriminates(self, models: list[str], key: str) -> bool:
        sets = [frozenset(self._constants(model, key)) for model in models]
        patterns = [self._schemas[model]["properties"].get(key, {}).get("pattern") for model in models]
        if not any(sets):
            return False
        apart = all(a == b or not a & b for a in sets for b in sets if a and b)
        values = {value for constants in sets for value in constants}
        return apart and not any(re.search(pattern, value) for pattern in patterns if pattern for value in values)


def _is_name(key: str) -> bool:
    return key.isidentifier() and not keyword.iskeyword(key)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)


def _tuple(values: Iterable[str]) -> str:
    inner = ", ".join(map(_literal, values))
    return f"({inner},)" if inner else "()"
