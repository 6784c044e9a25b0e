"""A document of Clerk's, reduced to its facts: no prose, nulls written where they are meant, one way to say a thing.

The result is OpenAPI 3.1, in which "or null" is a type like any other. Every node is checked on the way, so
that a document that is cut off or points to what is not there stops here, with the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clerk_core.guards import is_list, is_object
from generator.problems import DocumentProblem

Node = dict[str, Any]

UNIX_MS = "unix-ms"
"""The format of a time in Unix milliseconds."""
DATE_TIME = "date-time"
"""The format of a time as RFC 3339 text."""
SORT_KEYS = "x-sort-keys"
"""What a list can be ordered by, where the schema is that of `order_by`."""
ANSWER_BY = "x-answer-by"
"""The argument of an operation that decides which schema it answers with, and the schemas by the argument's values."""

METHODS = ("get", "put", "post", "patch", "delete")
NULL: Node = {"type": "null"}
_TYPES = {"array", "boolean", "integer", "number", "object", "string"}
LIMITS = (
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "uniqueItems",
)
_FACTS = ("default", "deprecated", "format", *LIMITS, "readOnly", "writeOnly")
_OPERATION_FACTS = ("deprecated", "security", "x-speakeasy-group", "x-speakeasy-name-override")
_PARAMETER_FACTS = ("allowEmptyValue", "deprecated", "explode", "style")


def pointer(at: str, key: str | int) -> str:
    """`at`, one step further, as a JSON pointer."""
    return f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}"


def walk(node: Any) -> Iterator[Node]:
    """Every object of a JSON value, outer ones first."""
    if is_object(node):
        yield node
        for value in node.values():
            yield from walk(value)
    elif is_list(node):
        for value in node:
            yield from walk(value)


def target(document: Node, ref: str) -> Any:
    """What a reference within the document points to; KeyError where it is not there."""
    node: Any = document
    for step in ref.removeprefix("#/").split("/"):
        node = (node if is_object(node) else {})[step.replace("~1", "/").replace("~0", "~")]
    return node


def follow(document: Node, node: Node) -> Node:
    """The node, or what its `$ref` leads to in the end."""
    seen: set[str] = set()
    while "$ref" in node:
        ref = node["$ref"]
        if ref in seen:
            raise DocumentProblem(ref, "refers to itself")
        seen.add(ref)
        node = target(document, ref)
    return node


def or_null(schema: Node) -> Node:
    """The schema, or null."""
    if schema.get("type") == "null":
        return schema
    if isinstance(schema.get("type"), str):
        nullable = {**schema, "type": [schema["type"], "null"]}
        if "enum" in schema and None not in schema["enum"]:
            nullable["enum"] = [*schema["enum"], None]
        return nullable
    if "anyOf" in schema:
        branches = schema["anyOf"]
        return schema if NULL in branches else {**schema, "anyOf": [*branches, NULL]}
    return {"anyOf": [schema, NULL]} if schema else {}


def null_where_used(facts: Node) -> None:
    """A named schema that may be null becomes one that may not, and each place that refers to it says "or null"."""
    schemas: Node = facts["components"]["schemas"]
    prefix = "#/components/schemas/"
    nullable: set[str] = set()
    for name, schema in schemas.items():
        if isinstance(schema.get("type"), list) and "null" in schema["type"]:
            nullable.add(prefix + name)
            (schema["type"],) = [kind for kind in schema["type"] if kind != "null"]
            if "enum" in schema:
                schema["enum"] = [value for value in schema["enum"] if value is not None]
    already = {
        id(branch)
        for node in walk(facts)
        if isinstance(node.get("anyOf"), list) and NULL in node["anyOf"]
        for branch in node["anyOf"]
    }
    for node in list(walk(facts)):
        ref = node.get("$ref")
        if isinstance(ref, str) and ref in nullable and id(node) not in already:
            reference = {"$ref": node.pop("$ref")}
            node["anyOf"] = [reference, dict(NULL)]


def is_switch(schema: Node) -> bool:
    """Whether a text stands for a boolean."""
    return schema.get("type") == "string" and sorted(schema.get("enum", ())) == ["false", "true"]


class Normaliser:
    """Turns one raw document into facts; `notes` tells what it passed over."""

    def __init__(self, raw: Node) -> None:
        self._raw = raw
        self._merging: list[str] = []

    def contract(self) -> Node:
        """The facts of the Backend API's document."""
        info = self._object(self._raw.get("info"), "#/info")
        operations = self._paths(self._object(self._raw.get("paths"), "#/paths"))
        if not operations:
            raise DocumentProblem("#/paths", "holds no operations")
        components = self._components()
        components["parameters"] = self._named("parameters", self._parameter)
        components["responses"] = self._named("responses", self._response)
        return {
            "openapi": "3.1.0",
            "info": {"title": "Clerk Backend API", "version": self._text(info.get("version"), "#/info/version")},
            "servers": [{"url": self._text(s.get("url"), "#/servers")} for s in self._raw.get("servers", ())],
            "security": self._raw.get("security", []),
            "paths": operations,
            "components": components,
        }

    def events(self) -> Node:
        """The facts of the webhook document: one entry per event, its type written into its schema."""
        info = self._object(self._raw.get("info"), "#/info")
        webhooks: Node = {}
        raw = self._object(self._raw.get("x-webhooks"), "#/x-webhooks")
        for event, item in sorted(raw.items()):
            at = pointer("#/x-webhooks", event)
            operation = self._object(self._object(item, at).get("post"), f"{at}/post")
            body = self._body(operation.get("requestBody"), f"{at}/post/requestBody")
            schema = body["content"]["application/json"]["schema"]
            if "properties" in schema:
                schema["properties"]["type"] = {"type": "string", "enum": [event]}
            webhooks[event] = {
                "post": {"operationId": event, "requestBody": body, "responses": {"200": {"description": ""}}}
            }
        if not webhooks:
            raise DocumentProblem("#/x-webhooks", "holds no events")
        return {
            "openapi": "3.1.0",
            "info": {"title": "Clerk Webhook Events", "version": self._text(info.get("version"), "#/info/version")},
            "webhooks": webhooks,
            "components": self._components(),
        }

    # -- the document's parts ------------------------------------------------------------------------------------

    def _components(self) -> Node:
        components: Node = {"schemas": self._named("schemas", self.schema)}
        schemes = self._raw.get("components", {}).get("securitySchemes")
        if schemes:
            kept = ("type", "scheme", "bearerFormat", "in", "name")
            components["securitySchemes"] = {
                name: {key: scheme[key] for key in kept if key in scheme} for name, scheme in schemes.items()
            }
        return components

    def _named(self, kind: str, read: Any) -> Node:
        at = f"#/components/{kind}"
        raw = self._object(self._object(self._raw.get("components", {}), "#/components").get(kind, {}), at)
        return {name: read(value, pointer(at, name)) for name, value in raw.items()}

    def _paths(self, raw: Node) -> Node:
        seen: dict[str, str] = {}
        paths: Node = {}
        for path, item in raw.items():
            at = pointer("#/paths", path)
            shared = self._object(item, at).get("parameters", [])
            for method in METHODS:
                if method not in item:
                    continue
                here = f"{at}/{method}"
                operation = self._operation(self._object(item[method], here), shared, path, here)
                first = seen.setdefault(operation["operationId"], here)
                if first != here:
                    raise DocumentProblem(here, f"operationId {operation['operationId']!r} is also that of {first}")
                paths.setdefault(path, {})[method] = operation
        return paths

    def _operation(self, raw: Node, shared: list[Any], path: str, at: str) -> Node:
        operation: Node = {
            "operationId": self._text(raw.get("operationId"), f"{at}/operationId"),
            "tags": raw.get("tags") or ["Default"],
            **{key: raw[key] for key in _OPERATION_FACTS if key in raw},
        }
        parameters = [
            self._parameter(parameter, pointer(f"{at}/parameters", index))
            for index, parameter in enumerate([*raw.get("parameters", []), *shared])
        ]
        parameters += self._undeclared(path, parameters)
        if parameters:
            operation["parameters"] = sorted(parameters, key=lambda p: (p.get("in", ""), p.get("name", p.get("$ref"))))
        if "requestBody" in raw:
            operation["requestBody"] = self._body(raw["requestBody"], f"{at}/requestBody")
        responses = self._object(raw.get("responses"), f"{at}/responses")
        if not responses:
            raise DocumentProblem(f"{at}/responses", "holds no response")
        operation["responses"] = {
            str(status): self._response(response, pointer(f"{at}/responses", status))
            for status, response in responses.items()
        }
        return operation

    def _undeclared(self, path: str, parameters: list[Node]) -> list[Node]:
        """The path's own parameters, where the document forgot to list them."""
        declared = {p["name"] for p in map(self._follow, parameters) if p["in"] == "path"}
        return [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{([^}]+)}", path)
            if name not in declared
        ]

    def _follow(self, node: Node) -> Node:
        return self._target(node["$ref"], "") if "$ref" in node else node

    def _parameter(self, raw: Any, at: str) -> Node:
        raw = self._object(raw, at)
        if "$ref" in raw:
            return self._reference(raw, at)
        place = self._text(raw.get("in"), f"{at}/in")
        if place not in ("path", "query", "header", "cookie"):
            raise DocumentProblem(f"{at}/in", f"expected path, query, header or cookie, found {place!r}")
        return {
            "in": place,
            "name": self._text(raw.get("name"), f"{at}/name"),
            "required": bool(raw.get("required", place == "path")),
            "schema": self.schema(raw.get("schema"), f"{at}/schema"),
            **{key: raw[key] for key in _PARAMETER_FACTS if key in raw},
        }

    def _body(self, raw: Any, at: str) -> Node:
        raw = self._follow(self._object(raw, at))
        content = self._content(raw.get("content"), f"{at}/content")
        return {"required": bool(raw.get("required", False)), "content": content}

    def _response(self, raw: Any, at: str) -> Node:
        raw = self._object(raw, at)
        if "$ref" in raw:
            return self._reference(raw, at)
        # OpenAPI requires the key; a text of Clerk's does not belong here.
        response: Node = {"description": ""}
        if "content" in raw:
            response["content"] = self._content(raw["content"], f"{at}/content")
        return response

    def _content(self, raw: Any, at: str) -> Node:
        content: Node = {}
        for media, value in self._object(raw, at).items():
            here = pointer(at, media)
            content[media] = {"schema": self.schema(self._object(value, here).get("schema"), f"{here}/schema")}
        if not content:
            raise DocumentProblem(at, "names no media type")
        return content

    # -- schemas -------------------------------------------------------------------------------------------------

    def schema(self, raw: Any, at: str) -> Node:
        """The facts of one schema."""
        raw = self._object(raw, at)
        if "$ref" in raw:
            plain = self._reference(raw, at)
            if raw.get("deprecated"):
                plain["deprecated"] = True
            return or_null(plain) if raw.get("nullable") else plain
        facts = self._merged(raw, at) if "allOf" in raw else self._plain(raw, at)
        return or_null(facts) if raw.get("nullable") else facts

    def _plain(self, raw: Node, at: str) -> Node:
        facts: Node = {key: raw[key] for key in _FACTS if key in raw}
        self._bounds(raw, facts)
        union = next((key for key in ("oneOf", "anyOf") if key in raw and not self._only_requires(raw[key], at)), None)
        if union:
            branches = [self.schema(branch, pointer(f"{at}/{union}", i)) for i, branch in enumerate(raw[union])]
            if len(branches) == 1:
                return {**branches[0], **facts}
            # `anyOf`, whichever it is: variants overlap (a private key holds all of its public one), and the
            # document's `oneOf` would refuse what is two of them.
            facts["anyOf"] = branches
            self._discriminator(raw, facts, at)
            return facts
        kind = raw.get("type", "object" if "properties" in raw else None)
        if kind is not None:
            if kind not in _TYPES:
                raise DocumentProblem(f"{at}/type", f"expected one of {', '.join(sorted(_TYPES))}, found {kind!r}")
            facts["type"] = kind
        if "enum" in raw:
            values: Any = raw["enum"]
            if not is_list(values) or not values:
                raise DocumentProblem(f"{at}/enum", "expected a list of values")
            facts["enum"] = sorted((value for value in values if value is not None), key=str)
        if kind == "array":
            facts["items"] = self.schema(raw.get("items", {}), f"{at}/items")
        if kind == "object":
            self._members(raw, facts, at)
        return facts

    def _members(self, raw: Node, facts: Node, at: str) -> None:
        properties = self._object(raw.get("properties", {}), f"{at}/properties")
        if properties:
            facts["properties"] = {
                name: self.schema(value, pointer(f"{at}/properties", name)) for name, value in properties.items()
            }
        required = raw.get("required", [])
        # `required: true` on a schema is a slip for the parameter's own flag; it says nothing of members.
        if is_list(required) and required:
            facts["required"] = sorted({self._text(name, f"{at}/required") for name in required})
        extra = raw.get("additionalProperties")
        if isinstance(extra, dict):
            facts["additionalProperties"] = self.schema(extra, f"{at}/additionalProperties")
        elif extra is not None:
            facts["additionalProperties"] = bool(extra)

    def _merged(self, raw: Node, at: str) -> Node:
        """`allOf` written as the one schema that it means."""
        parts = [(part, pointer(f"{at}/allOf", i)) for i, part in enumerate(raw["allOf"])]
        own = {key: value for key, value in raw.items() if key not in ("allOf", "nullable")}
        if len(parts) == 1 and "properties" not in own:
            only = self.schema(*parts[0])
            return {**only, **({"deprecated": True} if own.get("deprecated") else {})}
        if "properties" in own or "required" in own:
            parts.append(({"type": "object", **own}, at))
        merged: Node = {"type": "object", "properties": {}}
        required: set[str] = set()
        closed: list[bool] = []
        for part, here in parts:
            facts = self._resolved(self._object(part, here), here)
            merged["properties"].update(facts.get("properties", {}))
            required.update(facts.get("required", ()))
            if "properties" in facts:
                closed.append(facts.get("additionalProperties") is False)
        if required:
            merged["required"] = sorted(required)
        if closed and all(closed):
            merged["additionalProperties"] = False
        return merged

    def _resolved(self, part: Node, at: str) -> Node:
        if "$ref" not in part:
            return self.schema(part, at)
        ref = self._reference(part, at)["$ref"]
        if ref in self._merging:
            raise DocumentProblem(at, f"{ref} is made of itself")
        self._merging.append(ref)
        facts = self._resolved(self._target(ref, at), ref)
        self._merging.pop()
        return facts

    def _only_requires(self, branches: Any, at: str) -> bool:
        """Branches that only say which members go together: true for a validator, nothing for a type."""
        if not is_list(branches) or not all(is_object(branch) for branch in branches):
            raise DocumentProblem(at, "expected a list of schemas")
        return all(set(branch) <= {"required", "not", "description"} for branch in branches)

    def _discriminator(self, raw: Node, facts: Node, at: str) -> None:
        discriminator = raw.get("discriminator")
        if discriminator is None:
            return
        here = f"{at}/discriminator"
        kept: Node = {"propertyName": self._text(self._object(discriminator, here).get("propertyName"), here)}
        mapping = discriminator.get("mapping")
        if mapping:
            kept["mapping"] = {
                value: self._reference({"$ref": ref}, pointer(f"{here}/mapping", value))["$ref"]
                for value, ref in mapping.items()
            }
        facts["discriminator"] = kept

    @staticmethod
    def _bounds(raw: Node, facts: Node) -> None:
        """3.0 flags a bound as exclusive; 3.1 names the exclusive bound."""
        for flag, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if raw.get(flag) is True and bound in facts:
                facts[flag] = facts.pop(bound)
            elif isinstance(raw.get(flag), int | float) and not isinstance(raw[flag], bool):
                facts[flag] = raw[flag]

    # -- checks --------------------------------------------------------------------------------------------------

    def _reference(self, raw: Node, at: str) -> Node:
        ref = self._text(raw["$ref"], f"{at}/$ref")
        self._target(ref, at)
        return {"$ref": ref}

    def _target(self, ref: str, at: str) -> Node:
        if not ref.startswith("#/"):
            raise DocumentProblem(at, f"refers to {ref!r}, outside of the document")
        try:
            node = target(self._raw, ref)
        except KeyError:
            raise DocumentProblem(at, f"refers to {ref!r}, which is not there") from None
        return self._object(node, ref)

    @staticmethod
    def _object(value: Any, at: str) -> Node:
        if not is_object(value):
            found = "nothing" if value is None else type(value).__name__
            raise DocumentProblem(at, f"expected an object, found {found}")
        return value

    @staticmethod
    def _text(value: Any, at: str) -> str:
        if not isinstance(value, str) or not value:
            raise DocumentProblem(at, f"expected a text, found {value!r}")
        return value
