"""Docstrings: our own words from `spec/docs.yaml`, and the facts of the contract beside them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import yaml

from clerk_core.guards import is_list
from generator import names
from generator.normalise import DATE_TIME, UNIX_MS, Node

_REFERENCE = "https://clerk.com/docs/reference/backend-api/tag"
_WIDTH = 112
_ERRORS = {
    400: "BadRequest",
    401: "Unauthorized",
    402: "PaymentRequired",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    413: "PayloadTooLarge",
    422: "UnprocessableEntity",
    423: "Locked",
    429: "TooManyRequests",
}


class Docs:
    """What `spec/docs.yaml` says, with a plain line made from the name where it says nothing."""

    def __init__(self, path: Path, operation_ids: dict[str, str]) -> None:
        loaded: Node = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        self._operations: Node = loaded.get("operations", {})
        self._parameters: Node = loaded.get("parameters", {})
        self._schemas: Node = loaded.get("schemas", {})
        self._functions = operation_ids

    def operation(self, path: str, method: str, facts: Node, arguments: list[Any]) -> str:
        """The docstring of an endpoint function and its resource methods."""
        said = self._operations.get(facts["operationId"], {})
        summary = said.get("summary") or f"{' '.join(names.words(facts['operationId'])).capitalize()}."
        blocks = [summary]
        if facts.get("deprecated"):
            blocks.append("Deprecated by Clerk: it may stop working in a later API version.")
        if "details" in said:
            blocks.append(said["details"])
        tag = re.sub(r"[^A-Za-z0-9]+", "-", facts["tags"][0].replace("&", "and"))
        blocks.append(f"`{method.upper()} {path}`\n{_REFERENCE}/{tag}#operation/{facts['operationId']}")
        if arguments:
            own = said.get("parameters", {})
            lines = [self._argument(argument, own.get(argument.wire)) for argument in arguments]
            blocks.append("Args:\n" + "\n".join(lines))
        blocks.append("Raises:\n" + "\n".join(self._errors(facts)))
        return self._named("\n\n".join(_wrap(block) for block in blocks))

    def _argument(self, argument: Any, own: str | None) -> str:
        general = "The objects to send." if argument.place == "raw" else self._parameters.get(argument.wire)
        hint = own or general or f"The `{argument.wire}` to send."
        facts = describe(argument.schema)
        return f"    {argument.name}: {hint} {facts}".rstrip()

    @staticmethod
    def _errors(facts: Node) -> list[str]:
        statuses = sorted(int(status) for status in facts["responses"] if status.isdigit() and int(status) >= 400)
        kinds = [_ERRORS.get(status, "ServerError") for status in statuses if status in _ERRORS or status >= 500]
        named = f" Named in the contract: {', '.join(dict.fromkeys(kinds))}." if kinds else ""
        return [
            f"    ApiError: the answer is no success; its class tells the status.{named}",
            "    TransportError: no whole answer came.",
        ]

    def schema(self, name: str, facts: Node) -> str:
        """The docstring of a model."""
        said = self._schemas.get(name) or f"{' '.join(names.words(name)).capitalize()}, a part of Clerk's API."
        properties = facts["properties"]
        times = [key for key, fact in properties.items() if key.endswith("_at") and "int64" in str(fact.get("format"))]
        old = [key for key, fact in properties.items() if fact.get("deprecated")]
        notes = [f"In Unix milliseconds: {_listed(times)}."] if times else []
        notes += [f"Deprecated: {_listed(old)}."] if old else []
        return self._named("\n\n".join(_wrap(block) for block in [said, *notes]))

    def _named(self, text: str) -> str:
        """Operations are called by their Python names."""
        return re.sub(r"`(\w+)`", lambda match: f"`{self._functions.get(match[1], match[1])}`", text)


def describe(schema: Node) -> str:
    """The facts in words: type, limits, default."""
    if "anyOf" in schema:
        return describe(schema["anyOf"][0])
    facts = [_kind(schema)]
    if "minimum" in schema and "maximum" in schema:
        facts.append(f"{schema['minimum']} to {schema['maximum']}")
        schema = {key: value for key, value in schema.items() if key not in ("minimum", "maximum")}
    for fact, text in _LIMITS:
        if fact in schema:
            facts.append(text.format(_shown(schema[fact]) if fact == "default" else schema[fact]))
    if schema.get("uniqueItems"):
        facts.append("no item twice")
    if schema.get("deprecated"):
        facts.append("deprecated")
    return f"{', '.join(facts)}."


_LIMITS = (
    ("minimum", "at least {}"),
    ("exclusiveMinimum", "more than {}"),
    ("maximum", "at most {}"),
    ("exclusiveMaximum", "less than {}"),
    ("minLength", "at least {} characters"),
    ("maxLength", "at most {} characters"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("pattern", "matching `{}`"),
    ("default", "default {}"),
)
_KINDS = {
    "array": "List",
    "boolean": "Boolean",
    "integer": "Integer",
    "number": "Number",
    "object": "Object",
    "string": "String",
}


def _kind(schema: Node) -> str:
    kind = schema.get("type")
    kinds: list[str] = [one for one in (kind if is_list(kind) else [kind]) if one and one != "null"]
    nullable = isinstance(kind, list) and "null" in kind
    if schema.get("format") == "binary":
        word = "File"
    elif schema.get("format") in (UNIX_MS, DATE_TIME):
        word = "Unix milliseconds, or a `datetime` or ISO 8601 string with a time zone"
    elif "enum" in schema:
        word = "One of " + ", ".join(_shown(value) for value in schema["enum"] if value is not None)
    else:
        word = _KINDS.get(kinds[0], "Object") if kinds else "Object"
        items = schema.get("items", {})
        if word == "List" and "enum" in items:
            each = _kind(items)
            word = f"List, each {each[0].lower()}{each[1:]}"
        elif word == "List":
            word = f"List of {_KINDS.get(items.get('type'), 'Object').lower()}s"
            word += f" matching `{items['pattern']}`" if "pattern" in items else ""
    return f"{word} or null" if nullable else word


def _shown(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else str(value)


def _listed(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _wrap(block: str) -> str:
    lines: list[str] = []
    for line in block.split("\n"):
        indent = "        " if line.startswith("    ") else ""
        lines += textwrap.wrap(
            line, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "\n".join(lines)
