"""Response bodies, and the drifts that a client reports for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

import anyio

from clerk_bapi.api import get_user
from clerk_core import Request, Response
from clerkkit import AsyncClerk, Clerk, Drift
from clerkkit.drift.contract import load_contract
from tests.generated.json_samples import CONTRACT, bodies, documented_responses
from tests.loopback import KEY, Script, backend_of, serve, transport_of

GET_USER = "GET /users/{user_id}"
TEXT = "a value of somebody"
Change = Callable[[Any], object]


def call(way: str, request: Request[Any], url: str, **options: Any) -> Any:
    """Send a request with a new client."""
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return clerk.send(request)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), **options) as clerk:
            return await clerk.send(request)

    return anyio.run(send, backend=backend_of(way))


def reports(script: Script, request: Request[Any] | None = None, way: str = "sync") -> list[list[Drift]]:
    """Return the drifts that a client passes to its callback, call by call."""
    calls: list[list[Drift]] = []
    with serve(script) as server:
        call(way, request or get_user("user_1"), server.url, on_drift=calls.append)
    return calls


@cache
def largest_body(operation: str) -> str:
    shown = next(a for a in documented_responses() if a.operation == operation and a.succeeds)
    made = [body for body in bodies(CONTRACT, shown.schema) if CONTRACT.validator_of(shown.schema).is_valid(body)]
    return max(map(json.dumps, made), key=len)


def valid(operation: str = GET_USER, *changes: Change) -> Any:
    """Return the largest valid body of an operation, with changes."""
    body = json.loads(largest_body(operation))
    for change in changes:
        change(body)
    return body


def verification(user: Any) -> Any:
    found: Any = next(email for email in user["email_addresses"] if email["verification"])["verification"]
    return found


def documented() -> dict[str, dict[str, Any]]:
    """Return the schemas of all operations by status; they are null if a response has no JSON."""
    file = resources.files("clerk_bapi").joinpath("response_schemas.json")
    operations: dict[str, dict[str, Any]] = json.loads(file.read_bytes())["operations"]
    return operations


def find_drifts(operation: str, status: int, content: bytes) -> list[Drift]:
    """Return the drifts of a response from the contract of the package."""
    return load_contract().find_drifts(operation, Response(status, {}, content))
