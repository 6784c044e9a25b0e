"""Reduce a document of Clerk's to its facts: no prose, and one way to write each fact.

Every node is checked on the way: a document that is cut off, or that refers to something missing, raises
`DocumentProblem` with the place.
"""

from __future__ import annotations

import re
from typing import Any

from generator.contract.nodes import METHODS, Node, pointer
from generator.contract.raw_document import References, expect_object, expect_text
from generator.contract.schemas import SchemaNormaliser
from generator.problems import DocumentProblem

_OPERATION_FACTS = ("deprecated", "security", "x-speakeasy-group", "x-speakeasy-name-override")
_PARAMETER_FACTS = ("allowEmptyValue", "deprecated", "explode", "style")


class DocumentNormaliser:
    """Turns one raw document into facts."""

    def __init__(self, raw: Node) -> None:
        self._raw = raw
        self._references = References(raw)
        self._schemas = SchemaNormaliser(self._references)

    def contract(self, title: str) -> Node:
        """Return the facts of the document of an API, whose title is not taken from it."""
        info = expect_object(self._raw.get("info"), "#/info")
        operations = self._paths(expect_object(self._raw.get("paths"), "#/paths"))
        if not operations:
            raise DocumentProblem("#/paths", "holds no operations")
        components = self._components()
        components["parameters"] = self._named("parameters", self._parameter)
        components["responses"] = self._named("responses", self._response)
        return {
            "openapi": "3.1.0",
            "info": {"title": title, "version": expect_text(info.get("version"), "#/info/version")},
            "servers": [{"url": expect_text(s.get("url"), "#/servers")} for s in self._raw.get("servers", ())],
            "security": self._raw.get("security", []),
            "paths": operations,
            "components": components,
        }

    def events(self) -> Node:
        """Return the facts of the webhook document: one entry per event, with its type as a constant of its schema."""
        info = expect_object(self._raw.get("info"), "#/info")
        webhooks: Node = {}
        raw = expect_object(self._raw.get("x-webhooks"), "#/x-webhooks")
        for event, item in sorted(raw.items()):
            at = pointer("#/x-webhooks", event)
            operation = expect_object(expect_object(item, at).get("post"), f"{at}/post")
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
            "info": {"title": "Clerk Webhook Events", "version": expect_text(info.get("version"), "#/info/version")},
            "webhooks": webhooks,
            "components": self._components(),
        }

    # -- parts of the document -----------------------------------------------------------------------------------

    def _components(self) -> Node:
        components: Node = {"schemas": self._named("schemas", self._schemas.schema)}
        schemes = self._raw.get("components", {}).get("securitySchemes")
        if schemes:
            kept = ("type", "scheme", "bearerFormat", "in", "name")
            components["securitySchemes"] = {
                name: {key: scheme[key] for key in kept if key in scheme} for name, scheme in schemes.items()
            }
        return components

    def _named(self, kind: str, read: Any) -> Node:
        at = f"#/components/{kind}"
        raw = expect_object(expect_object(self._raw.get("components", {}), "#/components").get(kind, {}), at)
        return {name: read(value, pointer(at, name)) for name, value in raw.items()}

    def _paths(self, raw: Node) -> Node:
        seen: dict[str, str] = {}
        paths: Node = {}
        for path, item in raw.items():
            at = pointer("#/paths", path)
            shared = expect_object(item, at).get("parameters", [])
            for method in METHODS:
                if method not in item:
                    continue
                here = f"{at}/{method}"
                operation = self._operation(expect_object(item[method], here), shared, path, here)
                first = seen.setdefault(operation["operationId"], here)
                if first != here:
                    raise DocumentProblem(here, f"operationId {operation['operationId']!r} is also that of {first}")
                paths.setdefault(path, {})[method] = operation
        return paths

    def _operation(self, raw: Node, shared: list[Any], path: str, at: str) -> Node:
        operation: Node = {
            "operationId": expect_text(raw.get("operationId"), f"{at}/operationId"),
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
        responses = expect_object(raw.get("responses"), f"{at}/responses")
        if not responses:
            raise DocumentProblem(f"{at}/responses", "holds no response")
        operation["responses"] = {
            str(status): self._response(response, pointer(f"{at}/responses", status))
            for status, response in responses.items()
        }
        return operation

    def _undeclared(self, path: str, parameters: list[Node]) -> list[Node]:
        """Return the path parameters that the document does not declare."""
        declared = {p["name"] for p in map(self._references.follow, parameters) if p["in"] == "path"}
        return [
            {"in": "path", "name": name, "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{([^}]+)}", path)
            if name not in declared
        ]

    def _parameter(self, raw: Any, at: str) -> Node:
        raw = expect_object(raw, at)
        if "$ref" in raw:
            return self._references.checked(raw, at)
        place = expect_text(raw.get("in"), f"{at}/in")
        if place not in ("path", "query", "header", "cookie"):
            raise DocumentProblem(f"{at}/in", f"expected path, query, header or cookie, found {place!r}")
        return {
            "in": place,
            "name": expect_text(raw.get("name"), f"{at}/name"),
            "required": bool(raw.get("required", place == "path")),
            "schema": self._schemas.schema(raw.get("schema"), f"{at}/schema"),
            **{key: raw[key] for key in _PARAMETER_FACTS if key in raw},
        }

    def _body(self, raw: Any, at: str) -> Node:
        raw = self._references.follow(expect_object(raw, at))
        content = self._content(raw.get("content"), f"{at}/content")
        return {"required": bool(raw.get("required", False)), "content": content}

    def _response(self, raw: Any, at: str) -> Node:
        raw = expect_object(raw, at)
        if "$ref" in raw:
            return self._references.checked(raw, at)
        # OpenAPI requires the key. Clerk's text is left out.
        response: Node = {"description": ""}
        if "content" in raw:
            response["content"] = self._content(raw["content"], f"{at}/content")
        return response

    def _content(self, raw: Any, at: str) -> Node:
        content: Node = {}
        for media, value in expect_object(raw, at).items():
            here = pointer(at, media)
            content[media] = {
                "schema": self._schemas.schema(expect_object(value, here).get("schema"), f"{here}/schema")
            }
        if not content:
            raise DocumentProblem(at, "names no media type")
        return content
