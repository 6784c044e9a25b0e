"""Record requests of a client, and check them with openapi-core against the contract."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

import httpx
import pytest
import yaml
from jsonschema_path import SchemaPath
from openapi_core import V30RequestValidator, V31RequestValidator
from openapi_core.datatypes import RequestParameters
from openapi_core.templating.paths.datatypes import PathOperationServer
from openapi_core.templating.paths.finders import APICallPathFinder
from werkzeug.datastructures import Headers, ImmutableMultiDict

import clerk_bapi
import clerk_bapi.api
from clerk_bapi import Request
from tests.generated.json_samples import (
    CONTRACT,
    Schema,
)
from tests.generated.wire_samples import (
    OPERATIONS,
    Argument,
    Arguments,
    Operation,
    branches,
    samples,
    types,
    within,
)
from tests.shared import followed

KEY = "sk_test_x"
Check = Callable[..., None]


def each(operations: list[Operation]) -> Callable[[Check], Check]:
    """Parametrize a test with operations."""
    assert operations
    return pytest.mark.parametrize("operation", operations, ids=repr)


def holding(*kinds: str) -> list[Operation]:
    """Return the operations with a value of one of the JSON types, or without a type, at any depth."""
    return [
        operation
        for operation in OPERATIONS
        if any(_is_one_of(kinds, inner) for argument in operation.arguments for inner in within(argument.schema))
    ]


def _is_one_of(kinds: tuple[str, ...], schema: Schema) -> bool:
    named = types(schema)
    return bool({*kinds} & {*named}) or (not named and not branches(schema))


# -- recorded requests ---------------------------------------------------------------------------------------------


class Sent(NamedTuple):
    """A request as httpx sends it."""

    method: str
    origin: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes

    @property
    def path(self) -> str:
        """The quoted path."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """Unquoted names and values."""
        quoted = self.target.partition("?")[2]
        return parse_qsl(quoted, keep_blank_values=True, strict_parsing=True, errors="strict") if quoted else []

    def header(self, name: str) -> str | None:
        """Return the value of a header that is sent at most once."""
        values = [value.decode("ascii") for key, value in self.headers if key.lower() == name.lower().encode()]
        assert len(values) <= 1, values
        return values[0] if values else None

    @property
    def boundary(self) -> bytes:
        """The delimiter of the parts of a form; empty if there is no form."""
        return (self.header("Content-Type") or "").partition("boundary=")[2].encode()

    def without_boundary(self) -> Sent:
        """Return the request without its boundary, which is random."""
        if not self.boundary:
            return self
        headers = [(key, value.replace(self.boundary, b"boundary")) for key, value in self.headers]
        return self._replace(headers=headers, body=self.body.replace(self.boundary, b"boundary"))


class Recorder:
    """A transport that records requests."""

    def __init__(self) -> None:
        self._sent: list[Sent] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode("ascii")
        origin = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
        self._sent.append(Sent(request.method, origin, target, request.headers.raw, request.content))
        return httpx.Response(200, content=b"null")

    def one(self) -> Sent:
        """Return the only request since the last call."""
        (sent,) = self._sent
        self._sent.clear()
        return sent


@cache
def client() -> tuple[clerk_bapi.Client, Recorder]:
    recorder = Recorder()
    return clerk_bapi.Client(KEY, http_client=httpx.Client(transport=httpx.MockTransport(recorder))), recorder


def send(request: Request[Any]) -> Sent:
    sender, recorder = client()
    sender.send(request)
    return recorder.one()


def call(operation: Operation, arguments: Arguments) -> Sent:
    return send(operation.function(**arguments))


@cache
def sent(operation: Operation) -> dict[str, Sent]:
    """Return the request of each sample."""
    return {label: call(operation, arguments) for label, arguments in samples(operation).items()}


# -- openapi-core --------------------------------------------------------------------------------------------------


class Received:
    """A request in the form that openapi-core requires."""

    def __init__(self, request: Sent, template: str) -> None:
        self.host_url = request.origin
        self.path = request.path
        self.method = request.method.lower()
        self.body = request.body or None
        self.content_type = request.header("Content-Type") or ""
        headers = [(key.decode("ascii"), value.decode("ascii")) for key, value in request.headers]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(request.query),
            header=Headers(headers),
            cookie=ImmutableMultiDict(),
            path=ids(request.path, template),  # openapi-core does not unquote them
        )


def in_path(argument: Argument, value: str) -> str:
    """Return the value in the path, with the prefix that the contract requires."""
    prefix: str = argument.schema.get("x-prefix", "")
    return value if value.startswith(prefix) else prefix + value


def ids(path: str, template: str) -> dict[str, str]:
    """Return the unquoted parameters of a path, which are empty if the path has another template."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(f"/v1{template}"))
    found = re.fullmatch(pattern, path)
    return {name: unquote(value, errors="strict") for name, value in found.groupdict().items()} if found else {}


class Finder(APICallPathFinder):
    """A path finder with a cache, because most requests of an operation have the same path."""

    @cache  # noqa: B019 - there are two of them, and both live as long as the tests
    def find(self, method: str, name: str) -> PathOperationServer:
        return super().find(method, name)


Judge = V30RequestValidator | V31RequestValidator


@cache
def contract() -> Judge:
    return V31RequestValidator(SchemaPath.from_dict(_as_sent(CONTRACT.root)), path_finder_cls=Finder)


@cache
def clerks_document() -> Judge:
    text = followed("contract").read_text(encoding="utf-8")
    document = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return V30RequestValidator(SchemaPath.from_dict(document), path_finder_cls=Finder)


def _as_sent(node: Any) -> Any:
    """Return the document with two changes that openapi-core needs; neither accepts more requests."""
    if isinstance(node, list):
        return [_as_sent(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("in") == "query" and isinstance(node["schema"].get("type"), list):
        # A query has no null, and openapi-core does not cast text for a parameter with two types.
        (kind,) = (kind for kind in node["schema"]["type"] if kind != "null")
        return {**node, "schema": {**node["schema"], "type": kind}}
    if node.get("format") == "binary":
        # OpenAPI 3.1 has no type for bytes.
        return {key: value for key, value in node.items() if key != "type"}
    return {key: _as_sent(value) for key, value in node.items()}


def refusals(judge: Judge, operation: Operation, request: Sent) -> list[str]:
    """Return why the request is not valid for the operation."""
    errors = judge.iter_errors(Received(request, operation.path))
    return [f"{error} ({getattr(error.__cause__, 'schema_errors', error.__cause__)})" for error in errors]


def operation_at(request: Sent) -> str:
    """Return the id of the operation that a server would run."""
    found = contract().path_finder.find(request.method.lower(), request.origin + request.path)
    return str(found.operation["operationId"])
