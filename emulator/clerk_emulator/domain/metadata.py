"""Validate, merge and replace the metadata of resources."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from clerk_emulator import errors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json, encode_json, is_object

METADATA_LIMIT = 8 * 1024
"""Maximum size of each metadata object, in bytes of JSON."""


def not_object(name: str) -> ClerkAPIError:
    """Return the error for metadata that is not an object."""
    return errors.invalid(name, "must be an object")


def validate(name: str, value: Any) -> Any:
    """Return the metadata. Raises ClerkAPIError if it is not an object or exceeds the limit."""
    if not is_object(value):
        raise not_object(name)
    if len(encode_json(value)) > METADATA_LIMIT:
        message = f"{name} must not have more than {METADATA_LIMIT} bytes."
        raise ClerkAPIError(422, "form_param_exceeds_allowed_size", "is too large", message, param_name=name)
    return value


def merge(old: Json | None, changes: Json) -> Json:
    """Return metadata with changes: objects are merged recursively, null removes a key, other values are replaced."""
    result = dict(old or {})
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        elif is_object(value):
            before = result.get(name)
            result[name] = merge(before if is_object(before) else {}, value)
        else:
            result[name] = value
    return result


def merged_fields(row: Json, body: Json, names: Sequence[str]) -> Json:
    """Return a resource's metadata merged with those of a body, for the `names` in the body."""
    return {name: validate(name, merge(row[name], body[name])) for name in names if name in body}


def replaced_fields(body: Json, names: Sequence[str], nullable: Collection[str] = ()) -> Json:
    """Return the metadata that replace those of a resource, for the `names` in the body.

    Null clears: it stays null for `nullable` names and becomes an empty object for others.
    """
    given = {name: body[name] for name in names if name in body}
    empty: Json = {name: None if name in nullable else {} for name, value in given.items() if value is None}
    return {name: validate(name, value) for name, value in given.items() if value is not None} | empty
