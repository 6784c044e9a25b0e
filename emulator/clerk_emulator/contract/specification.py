"""Clerk's contracts: the operations of the Backend API and of the Frontend API, found by method and path.

A pointer names its document: `#/components/schemas/User` is a schema of the Backend API, and
`frontend_api.json#/components/schemas/Client.User` one of the Frontend API.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import unquote

Json = dict[str, Any]
Api = Literal["backend", "frontend"]
ListShape = Literal["array", "switch", "object"]
"""The format of a list: an array, an array unless `paginated=true`, or always an object with `total_count`."""

METHODS = ("get", "put", "post", "patch", "delete")
_CHECKOUT = Path(__file__).resolve().parents[3] / "spec" / "contract.json"
FRONTEND_FILE = "frontend_api.json"
_DOCUMENTS: dict[Api, str] = {"backend": "", "frontend": FRONTEND_FILE}
"""What pointers into the document of each API begin with."""

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
"""Operations that Clerk's SDKs call and that its document does not have. Documented ones take precedence."""


@dataclass(frozen=True)
class Parameter:
    """A query parameter."""

    name: str
    schema: Json
    schema_text: str
    """The JSON text of the schema."""
    required: bool
    default: Any
    explode: bool
    """Whether a list is sent as one parameter for each value, rather than separated by commas."""


@dataclass(frozen=True)
class Operation:
    """An operation of the API."""

    id: str
    method: str
    path: str
    public: bool
    """Whether it needs no key."""
    query: tuple[Parameter, ...]
    body: Json | None
    """The schema of the body, with a reference at its top resolved; None if there is no body."""
    body_pointer: str
    body_type: str
    body_required: bool
    responses: dict[int, str | None] = field(repr=False)
    """For each status the pointer to its schema, or None if the response has no JSON."""
    api: Api = "backend"

    @property
    def qualified_id(self) -> str:
        """The id, which for an operation of the Frontend API begins with `frontend/`: the APIs share some ids."""
        return self.id if self.api == "backend" else f"{self.api}/{self.id}"

    @property
    def errors_pointer(self) -> str:
        """The pointer to the schema of errors."""
        return f"{_DOCUMENTS[self.api]}#/components/schemas/ClerkErrors"

    @functools.cached_property
    def path_names(self) -> tuple[str, ...]:
        """The names of the parameters in the path, in order."""
        return tuple(one[1:-1] for one in self.path.split("/") if one.startswith("{"))

    @functools.cached_property
    def query_defaults(self) -> Json:
        """The values of query parameters that were not sent. None for those without a default."""
        return {one.name: one.default for one in self.query if not one.required}

    @functools.cached_property
    def success(self) -> int:
        """The status of a successful response unless the handler sets one."""
        return min(status for status in self.responses if status < 400)

    @functools.cached_property
    def list_shape(self) -> ListShape:
        """The format of the operation's list."""
        pointer = self.responses[self.success]
        schema = resolve(schema_at(pointer)) if pointer else {}
        if schema.get("type") == "array":
            return "array"
        return "switch" if any(resolve(one).get("type") == "array" for one in schema.get("anyOf", ())) else "object"

    @functools.cached_property
    def has_envelope(self) -> bool:
        """Whether a successful response is an object with the resource in `response`, and the client in `client`."""
        pointer = self.responses[self.success]
        return (
            pointer is not None and {"response", "client"} == resolve(schema_at(pointer)).get("properties", {}).keys()
        )


@functools.cache
def document() -> Json:
    """Return the contract, from the package or from `spec/` in a checkout, with the undocumented operations."""
    packed = resources.files("clerk_emulator").joinpath("contract.json")
    source = packed if packed.is_file() else _CHECKOUT
    contract: Json = json.loads(source.read_text(encoding="utf-8"))
    contract["paths"] = _UNDOCUMENTED | contract["paths"]
    contract["components"]["schemas"] = _UNDOCUMENTED_SCHEMAS | contract["components"]["schemas"]
    return contract


@functools.cache
def frontend_document() -> Json:
    """Return the contract of the Frontend API. Its references name the document."""
    packed = resources.files("clerk_emulator").joinpath(FRONTEND_FILE)
    source = packed if packed.is_file() else _CHECKOUT.with_name(FRONTEND_FILE)
    text = source.read_text(encoding="utf-8")
    contract: Json = json.loads(text.replace('"$ref": "#/', f'"$ref": "{FRONTEND_FILE}#/'))
    return contract


def schema_at(pointer: str) -> Json:
    """Return the part of a contract at a pointer such as `#/components/schemas/User`."""
    name, _, path = pointer.partition("#/")
    part: Any = frontend_document() if name else document()
    for step in path.split("/"):
        part = part[unquote(step).replace("~1", "/").replace("~0", "~")]
    return cast(Json, part)


def resolve(schema: Json) -> Json:
    """Return a schema with references at its top resolved."""
    while "$ref" in schema:
        schema = schema_at(schema["$ref"])
    return schema


@functools.cache
def operations() -> dict[str, Operation]:
    """Return all operations of the Backend API by id."""
    return {operation.id: operation for operation in _parse_operations("backend", document())}


@functools.cache
def frontend_operations() -> dict[str, Operation]:
    """Return all operations of the Frontend API by id."""
    return {operation.id: operation for operation in _parse_operations("frontend", frontend_document())}


_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def _parse_operations(api: Api, contract: Json) -> Iterator[Operation]:
    for path, item in contract["paths"].items():
        for method in METHODS:
            if method in item:
                yield _parse_operation(api, path, method, item[method])


def _parse_operation(api: Api, path: str, method: str, facts: Json) -> Operation:
    at = f"{_DOCUMENTS[api]}#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}"
    parameters = [resolve(one) for one in facts.get("parameters", ())]
    content: Json = facts.get("requestBody", {}).get("content", {})
    # An operation with an upload also takes the bare file, which has no fields to describe.
    body_type = next((one for one in content if one in _FORMS), next(iter(content), ""))
    pointer = f"{at}/requestBody/content/{body_type.replace('/', '~1')}/schema"
    return Operation(
        id=facts["operationId"],
        method=method.upper(),
        path=path,
        public=facts.get("security") == [],
        query=tuple(
            Parameter(
                name=one["name"],
                schema=one["schema"],
                schema_text=json.dumps(one["schema"]),
                required=one.get("required", False),
                default=one["schema"].get("default"),
                explode=one.get("explode", True),
            )
            for one in parameters
            if one["in"] == "query"
        ),
        body=resolve(content[body_type]["schema"]) if content else None,
        body_pointer=pointer,
        body_type=body_type,
        body_required=facts.get("requestBody", {}).get("required", False),
        responses={
            int(status): _response_pointer(f"{at}/responses/{status}", response)
            for status, response in facts["responses"].items()
        },
        api=api,
    )


def _response_pointer(at: str, response: Json) -> str | None:
    while "$ref" in response:
        at = response["$ref"]
        response = schema_at(at)
    has_json = "schema" in response.get("content", {}).get("application/json", {})
    return f"{at}/content/application~1json/schema" if has_json else None


@dataclass
class _Node:
    """A node in the tree of paths."""

    literal: dict[str, _Node] = field(default_factory=dict[str, "_Node"])
    parameter: _Node | None = None
    methods: dict[str, Operation] = field(default_factory=dict[str, Operation])

    def child(self, segment: str) -> _Node:
        """Return the node below this one for a segment of a path template. Created if it does not exist."""
        if not segment.startswith("{"):
            return self.literal.setdefault(segment, _Node())
        if self.parameter is None:
            self.parameter = _Node()
        return self.parameter


@functools.cache
def _tree(api: Api) -> _Node:
    root = _Node()
    known = operations() if api == "backend" else frontend_operations()
    for operation in known.values():
        node = root
        for segment in operation.path.strip("/").split("/"):
            node = node.child(segment)
        node.methods[operation.method] = operation
    return root


@functools.lru_cache(maxsize=256)  # many requests are for the same path
def route(path: str, api: Api = "backend") -> tuple[Mapping[str, Operation], tuple[str, ...]]:
    """Return the operations of an API at a percent-encoded path, by method, and the values of its parameters.

    Both are empty for an unknown path. Literal segments take precedence over parameters.
    """
    return _walk(_tree(api), [unquote(segment) for segment in path.removeprefix("/").split("/")]) or ({}, ())


def _walk(node: _Node, segments: list[str]) -> tuple[Mapping[str, Operation], tuple[str, ...]] | None:
    if not segments:
        return (node.methods, ()) if node.methods else None
    head, *rest = segments
    if head in node.literal and (found := _walk(node.literal[head], rest)):
        return found
    if head and node.parameter and (found := _walk(node.parameter, rest)):
        return found[0], (head, *found[1])
    return None
