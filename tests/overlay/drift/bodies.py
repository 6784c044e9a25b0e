"""Bodies to compare with the contract, and what a client reports of them."""

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
from tests.generated.json_samples import CONTRACT, answers, bodies
from tests.loopback import KEY, Script, backend_of, serve, transport_of

GET_USER = "GET /users/{user_id}"
TEXT = "a value of somebody"
Change = Callable[[Any], object]


def call(way: str, request: Request[Any], url: str, **options: Any) -> Any:
    """Send a request with a client of its own."""
    if way == "sync":
        with Clerk(KEY, base_url=url, **options) as clerk:
            return clerk.send(request)

    async def send() -> Any:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way), **options) as clerk:
            return await clerk.send(request)

    return anyio.run(send, backend=backend_of(way))


def reports(said: Script, request: Request[Any] | None = None, way: str = "sync") -> list[list[Drift]]:
    """What the callback is told of an answer, call by call."""
    told: list[list[Drift]] = []
    with serve(said) as server:
        call(way, request or get_user("user_1"), server.url, on_drift=told.append)
    return told


@cache
def fullest(operation: str) -> str:
    shown = next(a for a in answers() if a.operation == operation and a.succeeds)
    made = [body for body in bodies(CONTRACT, shown.schema) if CONTRACT.judge(shown.schema).is_valid(body)]
    return max(map(json.dumps, made), key=len)


def valid(operation: str = GET_USER, *changes: Change) -> Any:
    """The fullest valid body of an operation, changed."""
    body = json.loads(fullest(operation))
    for change in changes:
        change(body)
    return body


def verification(user: Any) -> Any:
    found: Any = next(email for email in user["email_addresses"] if email["verification"])["verification"]
    return found


def documented() -> dict[str, dict[str, Any]]:
    """The schemas of all operations by status, null where there is no JSON."""
    file = resources.files("clerk_bapi").joinpath("answers.json")
    operations: dict[str, dict[str, Any]] = json.loads(file.read_bytes())["operations"]
    return operations


def find_drifts(operation: str, status: int, content: bytes) -> list[Drift]:
    """What the contract of the package finds in a response."""
    return load_contract().find_drifts(operation, Response(status, {}, content))
