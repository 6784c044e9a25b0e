"""Values held against the contract's schemas. What the validator says is told in a form of our own, with types."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from jsonschema import TypeChecker, ValidationError, exceptions, validators

from clerk_emulator.contract.specification import Json, document, schema_at


@dataclass(frozen=True)
class Departure:
    """Where a value is not as its schema says."""

    keyword: str
    """What in the schema it departs from, such as `maxLength`."""
    wanted: Any
    """What the schema says there."""
    value: Any
    path: tuple[str | int, ...]
    """Where the value is, from the top."""
    message: str
    known: tuple[str, ...]
    """The properties that the schema knows."""


def departures(pointer: str, value: Any) -> list[Departure]:
    """Where a value departs from the schema at a pointer into the contract; nothing where it does not."""
    return _told(_at(pointer), value)


def departures_from(schema: Json, value: Any) -> list[Departure]:
    """As `departures`, for a schema that refers to no other."""
    return _told(_alone(json.dumps(schema)), value)


def _told(validator: Any, value: Any) -> list[Departure]:
    errors = cast("Iterator[ValidationError]", validator.iter_errors(value))
    return [_departure(error) for error in errors]


def _departure(error: ValidationError) -> Departure:
    # Of an error in alternatives the one that tells most.
    best: Any = cast(Any, exceptions).best_match([error])
    known = tuple(cast(Json, best.schema).get("properties", ()))
    return Departure(
        best.validator, best.validator_value, best.instance, tuple(best.absolute_path), best.message, known
    )


def _is_integer(_checker: TypeChecker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Draft: Any = validators.Draft202012Validator
# A JSON Schema takes 10.0 for an integer. Clerk does not.
_Validator: Any = cast(Any, validators).extend(
    _Draft, type_checker=_Draft.TYPE_CHECKER.redefine("integer", _is_integer)
)


@functools.cache
def _whole() -> Any:
    return _Validator(document())


@functools.cache
def _at(pointer: str) -> Any:
    # The same validator for a part of it: references are looked up in the whole, once it is read.
    return _whole().evolve(schema=schema_at(pointer))


@functools.cache
def _alone(text: str) -> Any:
    return _Validator(json.loads(text))
