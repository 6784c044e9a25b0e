"""Make plain values that a schema of the contract allows, such as null, zero or an empty string."""

from __future__ import annotations

import re
from typing import Any

from clerk_emulator.contract.specification import resolve
from clerk_emulator.json_types import Json, is_list

_FORMATS = {
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "email": "nobody@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
_DEPTH = 8
"""How deep required objects may nest."""


def plain_value(schema: Json, depth: int = _DEPTH) -> Any:
    """Return a plain value that the schema allows; null if no other is found.

    Patterns of strings are tried with a few texts only.
    """
    target = resolve(schema)
    if "default" in target:
        return target["default"]
    if "const" in target:
        return target["const"]
    alternatives: list[Json] = target.get("anyOf") or target.get("oneOf") or []
    if alternatives:
        options = [resolve(one) for one in alternatives]
        return None if {"type": "null"} in options or not depth else plain_value(options[0], depth - 1)
    value_type: Any = target.get("type")
    if "enum" in target and "null" not in (value_type or ()):
        return target["enum"][0]
    if value_type is None or "null" in value_type or not depth:
        return None
    if is_list(value_type):
        value_type = value_type[0]
    if value_type == "object":
        properties = target.get("properties", {})
        return {name: plain_value(properties.get(name, {}), depth - 1) for name in target.get("required", ())}
    if value_type == "array":
        return [plain_value(target.get("items", {}), depth - 1) for _ in range(target.get("minItems", 0))]
    if value_type == "string":
        return _text(target)
    return False if value_type == "boolean" else _number(target)


def _text(schema: Json) -> str:
    shortest: str = "0" * schema.get("minLength", 0)
    choices = (_FORMATS.get(schema.get("format", ""), shortest), shortest, *_FORMATS.values(), "a", "A", "+15555550100")
    return next((text for text in choices if _allows(schema, text)), shortest)


def _allows(schema: Json, text: str) -> bool:
    return (
        schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
        and re.search(schema.get("pattern", ""), text) is not None
    )


def _number(schema: Json) -> Any:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    return min(lowest, schema.get("maximum", lowest))
