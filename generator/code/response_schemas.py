"""Write the schemas of all responses (`response_schemas.json`), which drift detection reads at run time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from clerk_core.guards import is_list, is_object
from clerk_core.names import split_words
from generator.contract.nodes import METHODS, Node, follow

_SCHEMA = "#/components/schemas/"
_MEDIA = "application/json"
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_KEPT = {"$ref", "additionalProperties", "anyOf", "enum", "items", "properties", "required", "type"}


def text(contract: Node) -> str:
    """Return the text of the file: the same facts give the same text on any machine."""
    return json.dumps(describe(contract), sort_keys=True, separators=(",", ":")) + "\n"


def describe(contract: Node) -> Node:
    """Return the schemas of all JSON responses by operation and status, and the named schemas that they reach.

    A status without JSON is null. Schemas are without limits, formats and defaults, and `$ref` is the bare name. If a
    constant discriminates the objects of an `anyOf`, `tag` is its key. `words` are all words in names of the contract,
    including requests: reports show only these.
    """
    operations = {
        f"{method.upper()} {template}": _operation(contract, item[method])
        for template, item in contract["paths"].items()
        for method in METHODS
        if method in item
    }
    schemas: Node = {}
    missing = set(_references(operations))
    while missing:
        added = {name: _facts(contract, contract["components"]["schemas"][name]) for name in sorted(missing)}
        schemas |= added
        missing = set(_references(added)) - schemas.keys()
    return {"operations": operations, "schemas": schemas, "words": _words(contract)}


def _words(contract: Node) -> list[str]:
    names = [name for schema in contract["components"]["schemas"].values() for name in _names(schema)]
    for template, item in contract["paths"].items():
        names += template.split("/")
        for operation in item.values():
            names += _names(operation)
            names += [parameter["name"] for parameter in operation.get("parameters", ()) if "name" in parameter]
    names += contract["components"]["schemas"]
    whole = {name for name in names if _NAME.fullmatch(name)}
    return sorted(whole | {word for name in whole for word in split_words(name)})


def _names(node: Any) -> Iterator[str]:
    """Yield the keys and constants of a schema, or of all schemas in an operation."""
    if is_object(node):
        if is_object(node.get("properties")):
            yield from node["properties"]
        if is_list(node.get("enum")):
            yield from (value for value in node["enum"] if isinstance(value, str))
        for inner in node.values():
            yield from _names(inner)
    elif is_list(node):
        for inner in node:
            yield from _names(inner)


def _operation(contract: Node, operation: Node) -> Node:
    contents = {
        status: follow(contract, response).get("content", {}) for status, response in operation["responses"].items()
    }
    return {
        status: _facts(contract, content[_MEDIA]["schema"]) if _MEDIA in content else None
        for status, content in contents.items()
    }


def _facts(contract: Node, schema: Node) -> Node:
    kept = {key: schema[key] for key in schema if key in _KEPT}
    if "$ref" in kept:
        kept["$ref"] = kept["$ref"].removeprefix(_SCHEMA)
    if "properties" in kept:
        kept["properties"] = {name: _facts(contract, inner) for name, inner in kept["properties"].items()}
    for key in ("additionalProperties", "items"):
        if is_object(kept.get(key)):
            kept[key] = _facts(contract, kept[key])
    if "anyOf" in kept:
        objects = [variant for variant in _variants(contract, schema) if "object" in variant.get("type", ["object"])]
        tag = _tag([variant.get("properties", {}) for variant in objects])
        kept["anyOf"] = [_facts(contract, branch) for branch in kept["anyOf"]]
        if tag is not None:
            kept["tag"] = tag
    return kept


def _variants(contract: Node, schema: Node) -> Iterator[Node]:
    target = follow(contract, schema)
    if "anyOf" not in target:
        yield target
    for branch in target.get("anyOf", ()):
        yield from _variants(contract, branch)


def _tag(variants: list[Node]) -> str | None:
    """Return the key whose constants discriminate the objects: any two have equal or disjoint ones."""
    shared = set[str].intersection(*map(set, variants)) if variants else set[str]()
    for key in sorted(shared, key=lambda key: (key != "object", key)):
        constants = [frozenset(map(str, properties[key].get("enum", ()))) for properties in variants]
        apart = all(one == other or not one & other for one in constants for other in constants)
        if all(constants) and apart and len(set(constants)) > 1:
            return key
    return None


def _references(node: Any) -> Iterator[str]:
    """Yield the names that facts refer to; a property named `$ref` is not a string."""
    if is_object(node):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from _references(inner)
    elif is_list(node):
        for inner in node:
            yield from _references(inner)
