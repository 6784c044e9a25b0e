"""Move inline objects to `components/schemas`, so that each becomes a class.

An object is named after its place: `CreateUserRequest`, `BillingStatementGroup`. Equal objects in several places become
one schema, named after their `object` constant or the key they have in common.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import attrs

from clerk_core.guards import is_object
from generator.contract import spelling
from generator.contract.naming_rules import name_by_path
from generator.contract.nodes import METHODS, NULL, Node, located_operations

BASE = "x-base"
"""Key of an operation: the start of the names of its objects, where that is not its id."""
_OUTSIDE = ("deprecated",)
"""Keys that describe the place of an object, not the object."""


@attrs.define
class _Inline:
    schema: Node
    name: str
    key: str
    shape: str
    constant: str | None


def name_inline_objects(contract: Node, known: Mapping[str, str] | None = None) -> None:
    """Move every inline object of the contract to its components, in place.

    Operations whose ids give the same name, such as `GetUserList` and `get_user_list`, are kept apart: those in `known`
    keep the start of their names, and a new one is named after its method and path, which is recorded in `BASE`.

    Args:
        contract: The contract.
        known: The start of the names of each operation's objects in the contract before, by operation id.
    """
    schemas: Node = contract["components"]["schemas"]
    _keep_bases_apart(contract, known or {})
    found = _Finder().find(contract)
    named = {_shape(schema): name for name, schema in reversed(schemas.items()) if _is_object(schema)}
    taken = {spelling.class_key(name) for name in schemas}
    for inline, name in _name(found, named, taken):
        body = {key: value for key, value in inline.schema.items() if key not in _OUTSIDE}
        nullable = isinstance(body["type"], list)
        schemas.setdefault(name, {**body, "type": "object"})
        outside = {key: inline.schema[key] for key in _OUTSIDE if key in inline.schema}
        reference: Node = {"$ref": f"#/components/schemas/{name}"}
        inline.schema.clear()
        inline.schema.update({"anyOf": [reference, dict(NULL)]} if nullable else reference, **outside)


def base_of(operation: Node) -> str:
    """Return the start of the names of an operation's objects."""
    base: str = operation.get(BASE) or spelling.pascal(operation["operationId"])
    return base


def _keep_bases_apart(contract: Node, known: Mapping[str, str]) -> None:
    """Set `BASE` of each operation whose id does not give a unique name."""
    taken: set[str] = set()
    known_first = sorted(
        located_operations(contract), key=lambda one: (one[2]["operationId"] not in known, one[0], one[1])
    )
    for path, http, facts in known_first:
        plain = spelling.pascal(facts["operationId"])
        by_path = spelling.pascal_from_snake(name_by_path(http, path, is_list=False))
        numbered = (f"{by_path}{number}" for number in itertools.count(2))
        candidates = itertools.chain([known.get(facts["operationId"], plain), by_path], numbered)
        base = next(one for one in candidates if spelling.class_key(one) not in taken)
        taken.add(spelling.class_key(base))
        if base != plain:
            facts[BASE] = base


def _name(found: list[_Inline], named: dict[str, str], taken: set[str]) -> list[tuple[_Inline, str]]:
    groups: dict[str, list[_Inline]] = {}
    for inline in found:
        groups.setdefault(inline.shape, []).append(inline)
    chosen: dict[int, str] = {}
    # The object that is used most often gets a common name first.
    for shape, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[1][0].name)):
        common = named.get(shape) or _common_name(group)
        if common is not None and shape not in named and spelling.class_key(common) in taken:
            common = None
        for inline in group:
            name = common or inline.name
            while common is None and spelling.class_key(name) in taken:
                name += "Item" if name.endswith("Object") else "Object"
            taken.add(spelling.class_key(name))
            chosen[id(inline)] = name
    return [(inline, chosen[id(inline)]) for inline in found]


def _common_name(group: list[_Inline]) -> str | None:
    if len(group) < 2:
        return None
    if group[0].constant:
        return spelling.pascal_from_snake(group[0].constant)
    keys = {inline.key for inline in group}
    return spelling.pascal_from_snake(keys.pop()) if len(keys) == 1 and "" not in keys else None


def _is_object(schema: Node) -> bool:
    kind = schema.get("type")
    return "properties" in schema and (kind == "object" or kind == ["object", "null"])


def _shape(schema: Node) -> str:
    return json.dumps({**{k: v for k, v in schema.items() if k not in _OUTSIDE}, "type": "object"}, sort_keys=True)


class _Finder:
    """Collects the inline objects of a contract, inner ones first."""

    def __init__(self) -> None:
        self._found: list[_Inline] = []

    def find(self, contract: Node) -> list[_Inline]:
        components = contract["components"]
        for name, schema in components["schemas"].items():
            self._inside(schema, spelling.pascal(name), spelling.pascal(name))
        for name, response in components.get("responses", {}).items():
            base = spelling.pascal(name)
            suffix = "Response" if base in map(spelling.pascal, components["schemas"]) else ""
            self._content(response, base + suffix, base, "")
        for path in contract.get("paths", {}).values():
            for method in METHODS:
                if method in path:
                    self._operation(path[method])
        for event in contract.get("webhooks", {}).values():
            base = spelling.pascal_from_snake(event["post"]["operationId"])
            self._content(event["post"]["requestBody"], f"{base}Event", base, "")
        return self._found

    def _operation(self, operation: Node) -> None:
        base = base_of(operation)
        for parameter in operation.get("parameters", ()):
            if "schema" in parameter:
                self._visit(
                    parameter["schema"], base + spelling.pascal_from_snake(parameter["name"]), parameter["name"]
                )
        if "requestBody" in operation:
            self._content(operation["requestBody"], f"{base}Request", base, "")
        for status, response in operation["responses"].items():
            failed = not status.startswith("2")
            self._content(
                response, f"{base}Response{status if failed else ''}", base, "error_response" if failed else ""
            )

    def _content(self, holder: Node, name: str, base: str, key: str) -> None:
        for media in holder.get("content", {}).values():
            self._visit(media["schema"], name, key, base)

    def _visit(self, schema: Node, name: str, key: str, base: str | None = None) -> None:
        """Collect the objects of a schema.

        Args:
            schema: The schema.
            name: The name that it gets if it is an object.
            key: The key that it stands under.
            base: The start of the names of inner objects; `name` if left out.
        """
        # The shape is computed before any object is moved, so that equal objects have equal shapes.
        self._inside(schema, base or name, name, key)
        if _is_object(schema):
            constant = schema["properties"].get("object", {}).get("enum", [None])
            self._found.append(
                _Inline(schema, name, key, _shape(schema), constant[0] if len(constant) == 1 else None),
            )

    def _inside(self, schema: Node, base: str, name: str, key: str = "") -> None:
        for inner, value in schema.get("properties", {}).items():
            self._visit(value, base + spelling.pascal_from_snake(inner), inner)
        items: Any = schema.get("items")
        if is_object(items):
            single = spelling.singular(name)
            self._visit(items, single if single != name else f"{base}Item", spelling.singular(key))
        extra = schema.get("additionalProperties")
        if is_object(extra):
            self._visit(extra, f"{base}Value", "")
        for index, branch in enumerate(schema.get("anyOf", ())):
            self._visit(branch, f"{name}{index + 1}", "")
