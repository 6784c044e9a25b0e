"""Every list operation of the contract, iterated over scripted servers."""

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
"""Returns the response to a query."""


class ListOperation(NamedTuple):
    """A list operation, with the facts of the contract about its pages."""

    operation: Operation
    bare: bool
    """Whether it returns an array, unless a page is requested."""
    key: str
    """The key of the rows in a page."""

    @property
    def filters(self) -> list[str]:
        """The arguments that are lists in the query."""
        return [argument.name for argument in self.operation.of("query") if argument.is_array]

    def arguments(self, **more: Any) -> Arguments:
        """Return the required arguments, with others."""
        managed = ("limit", "offset", "starting_after", "paginated")
        needed = {k: v for k, v in samples(self.operation)["required only"].items() if k not in managed}
        return needed | more

    def iterate(self, client: Any, **more: Any) -> Any:
        """Return the iterator of the resource's method."""
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


def _lists() -> list[ListOperation]:
    found = []
    for operation in OPERATIONS:
        if operation.method != "GET" or not {"limit", "offset"} <= {argument.name for argument in operation.arguments}:
            continue
        shapes = [shape for result in operation.results for shape in _shapes(result)]
        keys = [key for shape in shapes for key, inner in shape.get("properties", {}).items() if _is_list(inner)]
        assert len(keys) <= 1, operation
        found.append(ListOperation(operation, any(map(_is_list, shapes)), keys[0] if keys else "data"))
    return found


def _shapes(schema: Schema) -> list[Schema]:
    followed = CONTRACT.follow(schema)
    return [shape for option in followed["anyOf"] for shape in _shapes(option)] if "anyOf" in followed else [followed]


def _is_list(schema: Schema) -> bool:
    return CONTRACT.follow(schema).get("type") == "array"


LISTS = _lists()


class Iteration(NamedTuple):
    """The rows and queries of an iteration."""

    rows: list[Row]
    queries: list[dict[str, str]]


def run(way: str, listing: ListOperation, server: Server, **more: Any) -> Iteration:
    """Iterate to the end, sync or on an event loop, and return the rows as JSON."""
    queries: list[dict[str, str]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        queries.append(dict(parse_qsl(request.url.query.decode())))
        assert len(queries) < 500, "the iteration does not end"
        return httpx.Response(200, content=json.dumps(server(queries[-1])))

    if way == "sync":
        with httpx.Client(transport=httpx.MockTransport(respond)) as http, Clerk(KEY, http_client=http) as clerk:
            return Iteration([row.to_dict() for row in listing.iterate(clerk, **more)], queries)

    async def iterate() -> list[Row]:
        http = httpx.AsyncClient(transport=httpx.MockTransport(respond))
        async with http, AsyncClerk(KEY, http_client=http) as clerk:
            return [row.to_dict() async for row in listing.iterate(clerk, **more)]

    return Iteration(anyio.run(iterate, backend=way), queries)


def start(query: Mapping[str, str], rows: Sequence[Row]) -> int:
    """Return the index of a page's first row, by cursor or offset."""
    if "starting_after" in query:
        assert "offset" not in query
        return [row.get("id") for row in rows].index(query["starting_after"]) + 1
    return int(query.get("offset", 0))
