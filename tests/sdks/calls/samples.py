"""An argument of each kind, as Clerk's contract describes it: short values for calls that people read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class Variable(str):
    """The name of a variable, as the value of an argument."""


CONTRACT: Json = json.loads(
    (Path(__file__).resolve().parents[3] / "spec" / "contract.json").read_text(encoding="utf-8")
)
_METHODS = {"get", "post", "put", "patch", "delete"}
_BY_NAME: Mapping[str, Any] = {
    "email_address": "ada@example.com",
    "phone_number": "+15555550100",
    "provider": "google",
    "name": "Engines",
    "first_name": "Ada",
    "role": "org:admin",
    "limit": 100,
    "expires_in_seconds": 60,
    "redirect_url": "https://example.com/after",
    "home_url": "https://example.com",
    "domains": ["example.com"],
    "public_metadata": {"plan": "pro"},
    "claims": {"plan": "pro"},
    "currency": "USD",
    "extend_to": "2030-01-01T00:00:00Z",
}
_SHOWN = ("limit", "name", "first_name", "public_metadata", "expires_in_seconds", "verified", "active", "enabled")
"""Optional arguments, the first of which is shown by a call that needs no other argument."""


@dataclass(frozen=True)
class Operation:
    """An operation of the contract, with what a call of it needs."""

    id: str
    resource: str
    method: str
    path: Mapping[str, Any]
    """The parameters of the path, in order, by our names, with the schema of each."""
    arguments: Mapping[str, Any]
    """All others, from the query and the body, with the schema of each; without deprecated ones."""
    required: frozenset[str]
    rows: Any | None
    """The schema of the body, if it is an array."""
    reads: bool
    """Whether it is a GET, whose arguments are filters."""

    def chosen(self, required: set[str]) -> list[str]:
        """Return the arguments that a call shows: those that are required here or there, or a typical one."""
        needed = [name for name in self.arguments if name in self.required or name in required]
        if needed or self.rows:
            return needed
        typical = [name for name in _SHOWN if name in self.arguments]
        return (typical if typical or self.reads else list(self.arguments))[:1]


def operations() -> dict[str, Operation]:
    """Return the operations by id, in the order of their resources and methods."""
    found = [_read(path, item) for path, methods in CONTRACT["paths"].items() for item in _items(methods)]
    return {one.id: one for one in sorted(found, key=lambda one: (one.resource, one.method))}


def value(name: str, schema: Any) -> Any:
    """Return a value of a schema, by the name of the argument where that reads better."""
    schema = resolve(schema)
    if name in _BY_NAME and "enum" not in schema:
        return _BY_NAME[name]
    if name.endswith("_id"):
        return Variable(name)
    for combined in ("allOf", "anyOf", "oneOf"):
        if combined in schema:
            return value(name, schema[combined][0])
    if "enum" in schema:
        return next(one for one in schema["enum"] if one is not None)
    kinds = schema.get("type", "object")
    match kinds if isinstance(kinds, str) else next(one for one in kinds if one != "null"):
        case "boolean":
            return True
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "array":
            return [value(name.removesuffix("s"), schema["items"])]
        case "object":
            properties = schema.get("properties", {})
            return {key: value(key, properties[key]) for key in schema.get("required", [])}
        case _:
            return "https://example.com" if name.endswith(("url", "uri")) else "..."


def resolve(schema: Any) -> Any:
    """Return a part of the contract, with its reference replaced by the target."""
    while "$ref" in schema:
        target: Any = CONTRACT
        for key in schema["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        schema = target
    return schema


def _items(methods: Json) -> Iterator[Json]:
    for method, item in methods.items():
        if method in _METHODS:
            yield {
                **item,
                "reads": method == "get",
                "parameters": [*methods.get("parameters", []), *item.get("parameters", [])],
            }


def _read(path: str, item: Json) -> Operation:
    parameters = [resolve(one) for one in item["parameters"]]
    by_name = {one["name"]: one["schema"] for one in parameters if one["in"] == "path"}
    own_names = item["x-python"].get("arguments", {})
    names = sorted(by_name, key=lambda name: path.index(f"{{{name}}}"))
    queries = [one for one in parameters if one["in"] == "query" and not one.get("deprecated")]
    content: Json = resolve(item.get("requestBody", {})).get("content", {})
    body = resolve(next(iter(content.values()), {}).get("schema", {}))
    properties = {key: one for key, one in body.get("properties", {}).items() if not resolve(one).get("deprecated")}
    required = {one["name"] for one in queries if one.get("required")} | set(body.get("required", []))
    return Operation(
        item["operationId"],
        item["x-python"]["resource"],
        item["x-python"]["method"],
        {own_names.get(name, name): by_name[name] for name in names},
        {**{one["name"]: one["schema"] for one in queries}, **properties},
        frozenset(required),
        body if body.get("type") == "array" else None,
        item["reads"],
    )
