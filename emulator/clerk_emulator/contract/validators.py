"""Say what is wrong with a value, with jsonschema."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any, cast

from jsonschema import TypeChecker, ValidationError, exceptions, validators
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from clerk_emulator.contract import integers
from clerk_emulator.contract.specification import FRONTEND_FILE, document, frontend_document, schema_at
from clerk_emulator.contract.violation import Violation
from clerk_emulator.json_types import Json, is_object


def violations(pointer: str, value: Any) -> list[Violation]:
    """Return the violations of the schema at a pointer into the contract."""
    return _violations(_validator_at(pointer), value)


def text_violations(schema: str, value: Any) -> list[Violation]:
    """Return the violations of a schema without references that is given as JSON text."""
    return _violations(_standalone_validator(schema), value)


def contract_violations(schema: Json, value: Any) -> list[Violation]:
    """Return the violations of a schema of the contract, which may have references."""
    return _violations(_contract_validator().evolve(schema=schema), value)


def _violations(validator: Any, value: Any) -> list[Violation]:
    errors = cast("Iterator[ValidationError]", validator.iter_errors(value))
    return [_violation(error) for error in errors]


def _violation(error: ValidationError) -> Violation:
    # For an error in alternatives: the most specific one.
    best: Any = cast(Any, exceptions).best_match([error])
    properties = tuple(cast(Json, best.schema).get("properties", ()))
    return Violation(
        best.validator, best.validator_value, best.instance, tuple(best.absolute_path), best.message, properties
    )


def _is_integer(_checker: TypeChecker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _required(_validator: Any, required: list[str], value: Any, _schema: Any) -> Iterator[ValidationError]:
    """Yield an error for each missing property, with its name as `validator_value`."""
    if is_object(value):
        for name in required:
            if name not in value:
                yield ValidationError(f"{name!r} is a required property", validator_value=name)


_Draft: Any = validators.Draft202012Validator


def _type(validator: Any, types: Any, value: Any, schema: Any) -> Iterator[ValidationError]:
    """Yield an error for a value of the wrong type, and one for an integer beyond its format, with the limits."""
    yield from _Draft.VALIDATORS["type"](validator, types, value, schema)
    allowed = integers.allowed(schema)
    if allowed and validator.is_type(value, "integer") and value not in allowed:
        limits = (allowed[0], allowed[-1])
        message = f"the integer is not from {limits[0]} to {limits[1]}"
        yield ValidationError(message, validator="format", validator_value=limits)


# JSON Schema accepts 10.0 as an integer; Clerk does not.
_Validator: Any = cast(Any, validators).extend(
    _Draft, {"required": _required, "type": _type}, type_checker=_Draft.TYPE_CHECKER.redefine("integer", _is_integer)
)


@functools.cache
def _contract_validator() -> Any:
    # The document of the Frontend API is loaded only where a schema refers to it.
    registry: Any = Registry(retrieve=_retrieve)  # type: ignore[call-arg]
    return _Validator(document(), registry=registry)


def _retrieve(uri: str) -> Any:
    if uri != FRONTEND_FILE:
        raise LookupError(uri)
    return Resource.from_contents(frontend_document(), default_specification=DRAFT202012)


@functools.cache
def _validator_at(pointer: str) -> Any:
    # Derived from the validator of the whole document, which resolves references.
    return _contract_validator().evolve(schema=schema_at(pointer))


@functools.cache
def _standalone_validator(text: str) -> Any:
    return _Validator(json.loads(text))
