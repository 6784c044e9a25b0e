"""Every list operation of the contract as a walk, and servers that answer it from memory, honestly or not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import anyio
import httpx

from clerkkit import AsyncClerk, Clerk
from tests.generated.json_samples import CONTRACT, Schema
from tests.generated.wire_samples import OPERATIONS, Arguments, Operation, samples
from tests.loopback import KEY

Row = dict[str, Any]
Server = Callable[[Mapping[str, str]], Any]
"""What is answered to a query."""


class List(NamedTuple):
    """A list operation, and what the contract says about its pages."""

    operation: Operation
    bare: bool
    """Whether it answers an array, unless it is asked for a page."""
    key: str
    """The key that holds the rows of a page."""

    @property
    def filters(self) -> list[str]:
        """Its arguments that are lists in the query."""
        return [argument.name for argument in self.operation.of("query") if argument.is_array]

    def arguments(self, **more: Any) -> Arguments:
        """As many arguments as are needed, and more."""
        managed = ("limit", "offset", "starting_after", "paginated")
        needed = {k: v for k, v in samples(self.operation)["required only"].items() if k not in managed}
        return needed | more

    def walk(self, client: Any, **more: Any) -> Any:
        """What the method of the resource gives."""
        method = self.operation.member
        for verb in ("list", "get"):
            if method == verb or method.startswith(f"{verb}_"):
                method = f"iterate{method.removeprefix(verb)}"
                break
        else:
            method = f"iterate_{method}"
        arguments = self.arguments(**more)
        ids = [arguments.pop(argument.name) for argument in self.operation.of("path")]
        return getattr(getattr(client, self.operation.group), method)(*ids, **arguments)

    def __repr__(self) -> str:
        return repr(self.operation)


def _lists() -> list[List]:
    found = []
    for operation in OPERATIONS:
        if operation.method != "GET" or not {"limit", "offset"} <= {argument.name for argument in operation.arguments}:
            continue
        shapes = [shape for answer in operation.answers for shape in _shapes(answer)]
        keys = [key for shape in shapes for key, inner in shape.get("properties", {}).items() if _is_list(inner)]
        assert len(keys) <= 1, operation
        found.append(List(operation, any(map(_is_list, shapes)), keys[0] if keys else "data"))
    return found


def _shapes(schema: Schema) -> list[Schema]:
    followed = CONTRACT.follow(schema)
    return [shape for option in followed["anyOf"] for shape in _shapes(option)] if "anyOf" in followed else [followed]


def _is_list(schema: Schema) -> bool:
    return CONTRACT.follow(schema).get("type") == "array"


LISTS = _lists()


class Run(NamedTuple):
    """What came of a walk."""

    rows: list[Row]
    queries: list[dict[str, str]]


def run(way: str, listing: List, server: Server, **more: Any) -> Run:
    """Walk to the end, sync or on an event loop, and give the rows as they were sent."""
    queries: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        queries.append(dict(parse_qsl(request.url.query.decode())))
        assert len(queries) < 500, "the walk does not end"
        return httpx.Response(200, content=json.dumps(server(queries[-1])))

    if way == "sync":
        with httpx.Client(transport=httpx.MockTransport(answer)) as http, Clerk(KEY, http_client=http) as clerk:
            return Run([row.to_dict() for row in listing.walk(clerk, **more)], queries)

    async def walk() -> list[Row]:
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        async with http, AsyncClerk(KEY, http_client=http) as clerk:
            return [row.to_dict() async for row in listing.walk(clerk, **more)]

    return Run(anyio.run(walk, backend=way), queries)


def start(query: Mapping[str, str], rows: Sequence[Row]) -> int:
    """Where a page begins, by cursor or offset."""
    if "starting_after" in query:
        assert "offset" not in query
        return [row.get("id") for row in rows].index(query["starting_after"]) + 1
    return int(query.get("offset", 0))
