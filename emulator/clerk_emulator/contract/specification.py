"""The contract: the operations of Clerk's Backend API, found by method and path."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

Json = dict[str, Any]
ListShape = Literal["array", "switch", "object"]
"""How a list is answered: bare, bare unless `paginated=true`, or always with its `total_count`."""

METHODS = ("get", "put", "post", "patch", "delete")
_CHECKOUT = Path(__file__).resolve().parents[3] / "spec" / "contract.json"


HANDSHAKE_PAYLOAD = "GetHandshakePayload"

_UNDOCUMENTED: Json = {
    "/clients/handshake_payload": {
        "get": {
            "operationId": HANDSHAKE_PAYLOAD,
            "parameters": [{"name": "nonce", "in": "query", "required": True, "schema": {"type": "string"}}],
            "responses": {
                "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/HandshakePayload"}}}}
            },
        }
    }
}
_UNDOCUMENTED_SCHEMAS: Json = {
    "HandshakePayload": {
        "type": "object",
        "properties": {"directives": {"type": "array", "items": {"type": "string"}}},
        "required": ["directives"],
    }
}
"""Operations that Clerk's SDKs call and its document lacks. Documented ones take precedence."""


@dataclass(frozen=True)
class Parameter:
    """A parameter in the query."""

    name: str
    schema: Json
    required: bool
    explode: bool
    """Whether a list is sent as one parameter a value, rather than as one with commas."""


@dataclass(frozen=True)
class Operation:
    """An operation of the API, as the contract has it."""

    id: str
    method: str
    path: str
    public: bool
    """Whether it is open to all, without a key."""
    query: tuple[Parameter, ...]
    body: Json | None
    """The schema of the body, references followed one step; None where there is no body."""
    body_pointer: str
    body_type: str
    body_required: bool
    responses: dict[int, str | None] = field(repr=False)
    """For each status its schema's pointer, None where there is no JSON."""

    @functools.cached_property
    def success(self) -> int:
        """The status of an answer unless the handler says another."""
        return min(status for status in self.responses if status < 400)

    @functools.cached_property
    def list_shape(self) -> ListShape:
        """How this operation answers a list."""
        pointer = self.responses[self.success]
        schema = resolved(schema_at(pointer)) if pointer else {}
        if schema.get("type") == "array":
            return "array"
        return "switch" if any(resolved(one).get("type") == "array" for one in schema.get("anyOf", ())) else "object"


@functools.cache
def document() -> Json:
    """The whole contract, from the package or, in a checkout, from `spec/`, with what is undocumented."""
    packed = resources.files("clerk_emulator").joinpath("contract.json")
    source = packed if packed.is_file() else _CHECKOUT
    held: Json = json.loads(source.read_text(encoding="utf-8"))
    held["paths"] = _UNDOCUMENTED | held["paths"]
    held["components"]["schemas"] = _UNDOCUMENTED_SCHEMAS | held["components"]["schemas"]
    return held


def schema_at(pointer: str) -> Json:
    """What a pointer such as `#/components/schemas/User` leads to."""
    held: Any = document()
    for step in pointer.removeprefix("#/").split("/"):
        held = held[unquote(step).replace("~1", "/").replace("~0", "~")]
    found: Json = held
    return found


def resolved(schema: Json) -> Json:
    """The schema itself, or what it refers to."""
    while "$ref" in schema:
        schema = schema_at(schema["$ref"])
    return schema


@functools.cache
def operations() -> dict[str, Operation]:
    """All operations, by id."""
    return {operation.id: operation for operation in _read()}


def _read() -> Iterator[Operation]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(path, method, item[method])


def _operation(path: str, method: str, facts: Json) -> Operation:
    at = f"#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"
    parameters = [resolved(one) for one in facts.get("parameters", ())]
    content: Json = facts.get("requestBody", {}).get("content", {})
    body_type = next(iter(content), "")
    pointer = f"{at}/requestBody/content/{body_type.replace('/', '~1')}/schema"
    return Operation(
        id=facts["operationId"],
        method=method.upper(),
        path=path,
        public=facts.get("security") == [],
        query=tuple(
            Parameter(one["name"], one["schema"], one.get("required", False), one.get("explode", True))
            for one in parameters
            if one["in"] == "query"
        ),
        body=resolved(content[body_type]["schema"]) if content else None,
        body_pointer=pointer,
        body_type=body_type,
        body_required=facts.get("requestBody", {}).get("required", False),
        responses={
            int(status): _response_pointer(f"{at}/responses/{status}", response)
            for status, response in facts["responses"].items()
        },
    )


def _response_pointer(at: str, response: Json) -> str | None:
    while "$ref" in response:
        at = response["$ref"]
        response = schema_at(at)
    has_json = "schema" in response.get("content", {}).get("application/json", {})
    return f"{at}/content/application~1json/schema" if has_json else None


@dataclass
class _Node:
    """A place in the tree of paths."""

    literal: dict[str, _Node] = field(default_factory=dict[str, "_Node"])
    parameter: _Node | None = None
    methods: dict[str, Operation] = field(default_factory=dict[str, Operation])


@functools.cache
def _tree() -> _Node:
    root = _Node()
    for operation in operations().values():
        node = root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node = node.parameter or _Node()
            else:
                node = node.literal.setdefault(segment, _Node())
        node.methods[operation.method] = operation
    return root


def route(path: str) -> tuple[dict[str, Operation], list[str]]:
    """The operations at a path as it was sent, by method, and the values of its parameters; none for an unknown path.

    A segment that is written out in the contract wins over a parameter.
    """
    return _walk(_tree(), [unquote(segment) for segment in path.removeprefix("/").split("/")]) or ({}, [])


def _walk(node: _Node, segments: list[str]) -> tuple[dict[str, Operation], list[str]] | None:
    if not segments:
        return (node.methods, []) if node.methods else None
    head, *rest = segments
    if head in node.literal and (found := _walk(node.literal[head], rest)):
        return found
    if head and node.parameter and (found := _walk(node.parameter, rest)):
        return found[0], [head, *found[1]]
    return None


def parameter_names(operation: Operation) -> list[str]:
    """The names of the parameters in an operation's path, in order."""
    return [one[1:-1] for one in operation.path.split("/") if one.startswith("{")]
