"""Decide whether a value conforms to a schema of the contract, with functions that are compiled from the schema.

This takes a tenth of the time of jsonschema, which is needed only to say what is wrong. Where a schema has a keyword
that is not known here, nothing conforms to it, and jsonschema decides.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable
from typing import Any

from clerk_emulator.contract import integers
from clerk_emulator.contract.specification import schema_at
from clerk_emulator.json_types import Json, KeptJson, is_list, is_object

Check = Callable[[Any], bool]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict, KeptJson),
    "array": (list,),
}
_ANNOTATIONS = frozenset({"default", "deprecated", "discriminator", "format", "readOnly"})
_OBJECT = frozenset({"properties", "required", "additionalProperties"})


@functools.cache
def check_at(pointer: str) -> Check:
    """Return the function that checks values against the schema at a pointer into the contract."""
    return compile_check(schema_at(pointer))


def compile_check(schema: Json) -> Check:
    """Return the function that checks values against a schema."""
    checks = [_COMPILERS.get(key, _compile_unknown)(value) for key, value in schema.items() if _is_keyword(key)]
    if allowed := integers.allowed(schema):
        checks.append(lambda value: type(value) is not int or value in allowed)
    # `additionalProperties: true` alone allows everything.
    if any(schema.get(key) not in (None, True) for key in _OBJECT):
        checks.append(_compile_object(schema))
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:  # the type and something else
        first, second = checks
        return lambda value: first(value) and second(value)
    return lambda value: all(check(value) for check in checks)


def _is_keyword(key: str) -> bool:
    return key not in _OBJECT and key not in _ANNOTATIONS and not key.startswith("x-")


def _compile_unknown(_expected: Any) -> Check:
    return lambda _value: False


def _compile_reference(pointer: str) -> Check:
    # Not resolved yet, because schemas can refer to themselves.
    return lambda value: check_at(pointer)(value)


def _compile_type(expected: str | list[str]) -> Check:
    names = [expected] if isinstance(expected, str) else expected
    # The exact type, because True is an int in Python.
    allowed = frozenset(one for name in names for one in _TYPES[name])
    return lambda value: type(value) in allowed


def _compile_enum(expected: list[Any]) -> Check:
    allowed: list[tuple[type[Any], Any]] = [(type(one), one) for one in expected]
    return lambda value: (type(value), value) in allowed


def _compile_any_of(schemas: list[Json]) -> Check:
    checks = [compile_check(one) for one in schemas]
    return lambda value: any(check(value) for check in checks)


def _compile_items(schema: Json) -> Check:
    check = compile_check(schema)
    return lambda value: not is_list(value) or all(map(check, value))


def _compile_object(schema: Json) -> Check:
    properties = {name: compile_check(one) for name, one in schema.get("properties", {}).items()}
    required = frozenset(schema.get("required", ()))
    others = schema.get("additionalProperties", True)
    check_other = compile_check(others) if is_object(others) else _compile_constant(others)

    def check(value: Any) -> bool:
        if not is_object(value):
            return True
        for name, one in value.items():
            if not properties.get(name, check_other)(one):
                return False
        return required <= value.keys()

    return check


def _compile_constant(result: bool) -> Check:
    return lambda _value: result


def _compile_pattern(expected: str) -> Check:
    search = re.compile(expected).search
    return lambda value: not isinstance(value, str) or search(value) is not None


def _compile_unique(expected: bool) -> Check:
    # Of other items than texts, jsonschema decides which are equal.
    return lambda value: (
        not expected
        or not is_list(value)
        or (all(isinstance(one, str) for one in value) and len(set(value)) == len(value))
    )


def _compile_number(compare: Callable[[Any, Any], bool]) -> Callable[[Any], Check]:
    return lambda limit: lambda value: type(value) not in (int, float) or compare(value, limit)


def _compile_length(kind: type[Any], compare: Callable[[int, int], bool]) -> Callable[[Any], Check]:
    return lambda limit: lambda value: not isinstance(value, kind) or compare(len(value), limit)


_COMPILERS: dict[str, Callable[[Any], Check]] = {
    "$ref": _compile_reference,
    "type": _compile_type,
    "enum": _compile_enum,
    "anyOf": _compile_any_of,
    "items": _compile_items,
    "pattern": _compile_pattern,
    "uniqueItems": _compile_unique,
    "minimum": _compile_number(operator.ge),
    "maximum": _compile_number(operator.le),
    "exclusiveMinimum": _compile_number(operator.gt),
    "minLength": _compile_length(str, operator.ge),
    "maxLength": _compile_length(str, operator.le),
    "minItems": _compile_length(list, operator.ge),
    "maxItems": _compile_length(list, operator.le),
}
