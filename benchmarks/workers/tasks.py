"""Many tasks that share a client, of clerkkit, httpx or aiohttp: `tasks.py USER.json BASE_URL`.

A batch opens a client, warms its connections, and times the calls that follow.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import httpx
from loop import Task, check, repeated, serve

from clerkkit import AsyncClerk, Clerk

Call = Callable[[], Awaitable[Any]]
Opened = Callable[[], AbstractAsyncContextManager[Call]]

KEY = "sk_test_x"
HEADERS = {"Authorization": f"Bearer {KEY}"}
TASKS = (1, 8, 64, 256)


async def run(call: Call, tasks: int, count: int) -> list[float]:
    """Make calls with concurrent tasks, and return the seconds of each call."""
    took: list[float] = []
    left = count

    async def work() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            start = time.perf_counter()
            await call()
            took.append(time.perf_counter() - start)

    async with anyio.create_task_group() as group:
        for _ in range(tasks):
            group.start_soon(work)
    return took


def throughput(opened: Opened, tasks: int, backend: str) -> Task:
    """Return the seconds of all calls."""

    async def batch(count: int) -> float:
        async with opened() as call:
            await run(call, tasks, 2 * tasks)
            start = time.perf_counter()
            await run(call, tasks, count)
            return time.perf_counter() - start

    return lambda count: lambda: anyio.run(batch, count, backend=backend)


def slowest(opened: Opened, tasks: int, backend: str) -> Task:
    """Return the seconds that one call in a hundred exceeds, multiplied by the number of calls."""

    async def batch(count: int) -> float:
        async with opened() as call:
            await run(call, tasks, 2 * tasks)
            return count * sorted(await run(call, tasks, count))[int(count * 0.99)]

    return lambda count: lambda: anyio.run(batch, count, backend=backend)


def main(user: Any, base_url: str) -> None:
    url = f"{base_url}/users/user_1"

    @asynccontextmanager
    async def clerk() -> AsyncIterator[Call]:
        async with AsyncClerk(KEY, base_url=base_url) as client:
            yield lambda: client.users.get("user_1")

    @asynccontextmanager
    async def clerk_by_aiohttp() -> AsyncIterator[Call]:
        async with AsyncClerk(KEY, base_url=base_url, transport="aiohttp") as client:
            yield lambda: client.users.get("user_1")

    @asynccontextmanager
    async def plain() -> AsyncIterator[Call]:
        async with httpx.AsyncClient(timeout=60) as client:

            async def call() -> Any:
                return json.loads((await client.get(url, headers=HEADERS)).content)

            yield call

    @asynccontextmanager
    async def plain_aiohttp() -> AsyncIterator[Call]:
        async with aiohttp.ClientSession() as client:

            async def call() -> Any:
                async with client.get(url, headers=HEADERS) as response:
                    return json.loads(await response.read())

            yield call

    async def one(opened: Opened) -> Any:
        async with opened() as call:
            return await call()

    def client_per_call() -> None:
        with Clerk(KEY, base_url=base_url) as client:
            client.users.get("user_1")

    def plain_client_per_call() -> None:
        with httpx.Client() as client:
            json.loads(client.get(url, headers=HEADERS).content)

    sides = {"clerk": clerk, "clerk by aiohttp": clerk_by_aiohttp, "plain": plain, "plain aiohttp": plain_aiohttp}
    for name, opened in sides.items():
        got = asyncio.run(one(opened))
        check(name, got if isinstance(got, dict) else got.to_dict(), user)
    tasks = {
        "client per call": repeated(client_per_call),
        "plain client per call": repeated(plain_client_per_call),
        "loop per call": repeated(lambda: asyncio.run(one(clerk))),
        "plain loop per call": repeated(lambda: asyncio.run(one(plain))),
    }
    for name, opened in sides.items():
        for backend in ("asyncio",) if "aiohttp" in name else ("asyncio", "trio"):
            for number in TASKS:
                tasks[f"{name}, {backend}, {number}"] = throughput(opened, number, backend)
                tasks[f"{name}, {backend}, {number}, p99"] = slowest(opened, number, backend)
    serve(tasks)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_bytes()), sys.argv[2])
