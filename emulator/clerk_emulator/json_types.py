"""The type of JSON objects, checks that narrow JSON values, and their compact text."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

Json = dict[str, Any]

to_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False).encode
"""Return the text of a JSON value, without spaces."""


def is_object(value: Any) -> TypeGuard[Json]:
    """Return whether a JSON value is an object."""
    return isinstance(value, dict)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether a JSON value is a list."""
    return isinstance(value, list)
