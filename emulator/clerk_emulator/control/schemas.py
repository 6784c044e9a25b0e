"""JSON schemas of the control API's bodies and responses, and functions to write them briefly."""

from __future__ import annotations

from typing import Any

from clerk_emulator.json_types import Json
from clerk_emulator.storage.clock import EARLIEST, LATEST

OPEN: Json = {"type": "object"}
"""An object with any properties."""
MILLISECONDS: Json = {
    "type": "integer",
    "minimum": EARLIEST,
    "maximum": LATEST,
    "description": "Milliseconds since 1970 on the emulator's clock.",
}
TIME: Json = {
    "description": "Milliseconds since 1970, or a time in RFC 3339 format, such as 2026-05-12T09:30:00Z.",
    "anyOf": [{key: MILLISECONDS[key] for key in ("type", "minimum", "maximum")}, {"type": "string"}],
}
ERRORS: Json = {
    "type": "object",
    "description": "What is wrong with the request, one entry for each problem.",
    "properties": {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "code": {"type": "string", "description": "What happened, for programs."},
                    "message": {"type": "string", "description": "What happened, as a sentence."},
                    "field": {
                        "type": ["string", "null"],
                        "description": "The parameter or the key of the body that is wrong, such as `users[0].name`.",
                    },
                },
                "required": ["code", "message", "field"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["errors"],
    "additionalProperties": False,
}


def text(description: str = "", **keywords: Any) -> Json:
    """Return the schema of a string that is not empty."""
    return _described({"type": "string", "minLength": 1, **keywords}, description)


def integer(description: str = "", **keywords: Any) -> Json:
    """Return the schema of an integer."""
    return _described({"type": "integer", **keywords}, description)


def number(description: str = "", **keywords: Any) -> Json:
    """Return the schema of a number."""
    return _described({"type": "number", **keywords}, description)


def boolean(description: str = "") -> Json:
    """Return the schema of a boolean."""
    return _described({"type": "boolean"}, description)


def list_of(items: Json, description: str = "") -> Json:
    """Return the schema of a list."""
    return _described({"type": "array", "items": items}, description)


def nullable(schema: Json) -> Json:
    """Return a schema that also allows null."""
    null = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **null, "type": [schema["type"], "null"]}


def parameters(required: str = "", /, **properties: Json) -> Json:
    """Return the schema of an object that a request sends; `required` are names separated by spaces."""
    return {
        "type": "object",
        "properties": properties,
        **({"required": required.split()} if required else {}),
        "additionalProperties": False,
    }


def result(**properties: Json) -> Json:
    """Return the schema of an object in a response. It always has all of its properties."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _described(schema: Json, description: str) -> Json:
    return {**schema, "description": description} if description else schema
