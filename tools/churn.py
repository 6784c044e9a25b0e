"""Abandon many calls over real sockets, and check that the client recovers: `python -m tools.churn CALLS`.

Each round abandons calls at every turn of the event loop or at random moments, against a server that responds, stays
silent, refuses connections, or never accepts them. Afterwards every slot is free and the next calls succeed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import anyio.lowlevel

from clerk_core.transport.slots import MAX_CONNECTIONS, Slots
from clerkkit import AsyncClerk, Clerk, ClerkError
from tests.loopback import KEY, Act, Received, Steps, echo_id, refused, serve

TURNS = 40
"""About how many turns of the event loop a call takes at most. A call can be abandoned at each of them."""


def _now_and_then(received: Received) -> Steps:
    """Respond to three of four requests, and ignore the fourth."""
    return [Act.SILENCE] if random.random() < 0.25 else echo_id(received)


@contextlib.contextmanager
def _half_open() -> Generator[str]:
    """Serve connections that are established in the backlog and never accepted."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextlib.contextmanager
def _served(script: Any) -> Generator[str]:
    with serve(script) as server:
        yield server.url


SERVERS: dict[str, Callable[[], contextlib.AbstractContextManager[str]]] = {
    "responds": lambda: _served(echo_id),
    "is silent now and then": lambda: _served(_now_and_then),
    "refuses": refused,
    "is half open": _half_open,
}


def slots_of(clerk: Any) -> Slots[Any]:
    """Return the slots of a client that has made a call."""
    slots: Slots[Any] = clerk._connections.get()._slots
    return slots


# -- ways to abandon a call --------------------------------------------------------------------------------------------

Call = Callable[[], Awaitable[object]]
End = Callable[[Call, int], Coroutine[Any, Any, None]]


async def _quiet(call: Call) -> None:
    with contextlib.suppress(ClerkError):
        await call()


async def cancelled_task(call: Call, turns: int) -> None:
    """Abandon a call with `Task.cancel`, outside of anyio's scopes."""
    task = asyncio.ensure_future(_quiet(call))
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    if turns % 3 == 0:  # cancel again during its cleanup
        await asyncio.sleep(0)
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def asyncio_timeout(call: Call, turns: int) -> None:
    """Abandon a call with an `asyncio.timeout` that expires at a turn."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None) as timeout:
            task = asyncio.ensure_future(_after(turns, lambda: timeout.reschedule(0)))
            await _quiet(call)
            task.cancel()


async def failing_sibling(call: Call, turns: int) -> None:
    """Abandon a call through a task of its `asyncio.TaskGroup` that fails at a turn."""

    def fail() -> None:
        raise ZeroDivisionError

    with contextlib.suppress(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            group.create_task(_quiet(call))
            group.create_task(_after(turns, fail))


async def _after(turns: int, action: Callable[[], object]) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
    action()


async def cancelled_scope(call: Call, turns: int) -> None:
    """Abandon a call with a cancel scope that is cancelled at a turn."""
    async with anyio.create_task_group() as group:
        group.start_soon(_quiet, call)
        for _ in range(turns):
            await anyio.lowlevel.checkpoint()
        group.cancel_scope.cancel()


NATIVE = {"task": cancelled_task, "timeout": asyncio_timeout, "sibling": failing_sibling}
ENDS: dict[str, dict[str, End]] = {
    "asyncio": {**NATIVE, "scope": cancelled_scope},
    "aiohttp": {**NATIVE, "scope": cancelled_scope},
    "trio": {"scope": cancelled_scope},
}


# -- rounds ------------------------------------------------------------------------------------------------------------


async def one_by_one(clerk: AsyncClerk, end: End, calls: int) -> None:
    """Abandon each call one turn later than the one before."""
    for number in range(calls):
        await end(lambda: clerk.users.get("user_1"), number % TURNS)


async def at_once(clerk: AsyncClerk, end: End, calls: int) -> None:
    """Abandon several times as many calls as there are slots, each at a random turn."""
    async with anyio.create_task_group() as group:
        for _ in range(calls):
            group.start_soon(end, lambda: clerk.users.get("user_1"), random.randrange(20 * TURNS))


async def by_deadline(clerk: AsyncClerk, calls: int) -> None:
    """Let the client abandon calls itself, after random short deadlines."""

    async def call() -> None:
        with contextlib.suppress(ClerkError):
            await clerk.with_options(deadline=random.uniform(0.0001, 0.08)).users.get("user_1")

    async with anyio.create_task_group() as group:
        for _ in range(calls):
            group.start_soon(call)


def by_threads(clerk: Clerk, calls: int) -> None:
    """Do the same in threads, in which only the client can abandon a call."""

    def call(_: int) -> None:
        with contextlib.suppress(ClerkError):
            clerk.with_options(deadline=random.uniform(0.0001, 0.08)).users.get("user_1")

    with ThreadPoolExecutor(100) as pool:
        list(pool.map(call, range(calls)))


# -- checks ------------------------------------------------------------------------------------------------------------


async def check_async(clerk: AsyncClerk) -> None:
    """Check that all slots are free and that twice as many calls as there are slots succeed."""
    assert slots_of(clerk).free == MAX_CONNECTIONS
    got: list[str] = []

    async def ask(name: str) -> None:
        got.append((await clerk.with_options(deadline=30).users.get(name)).id)

    async with anyio.create_task_group() as group:
        for number in range(2 * MAX_CONNECTIONS):
            group.start_soon(ask, f"user_{number}")
    assert sorted(got) == sorted(f"user_{number}" for number in range(2 * MAX_CONNECTIONS))


def check_sync(clerk: Clerk) -> None:
    """Check the same with threads."""
    assert slots_of(clerk).free == MAX_CONNECTIONS
    with ThreadPoolExecutor(2 * MAX_CONNECTIONS) as pool:
        names = [f"user_{number}" for number in range(2 * MAX_CONNECTIONS)]
        assert [user.id for user in pool.map(clerk.with_options(deadline=30).users.get, names)] == names


def main(calls: int) -> None:
    """Run every round with this number of calls."""
    for server, opened in SERVERS.items():
        with opened() as url:
            clerk = Clerk(KEY, base_url=url, timeout=5)
            by_threads(clerk, calls)
            _report("threads", server, "deadline", slots_of(clerk).free)
            clerk.close()
            for way, ends in ENDS.items():
                anyio.run(_run_rounds, way, server, url, ends, calls, backend="asyncio" if way == "aiohttp" else way)


async def _run_rounds(way: str, server: str, url: str, ends: Any, calls: int) -> None:
    options: dict[str, Any] = {"transport": "aiohttp"} if way == "aiohttp" else {}
    async with AsyncClerk(KEY, base_url=url, timeout=5, max_retries=0, **options) as clerk:
        for name, end in ends.items():
            await one_by_one(clerk, end, calls)
            await at_once(clerk, end, calls)
            _report(way, server, name, slots_of(clerk).free)
        await by_deadline(clerk, calls)
        _report(way, server, "deadline", slots_of(clerk).free)
        if server == "responds":
            await check_async(clerk)


def _report(way: str, server: str, end: str, free: int) -> None:
    print(f"{way:8} server {server:24} ended by {end:9} free slots {free} of {MAX_CONNECTIONS}", flush=True)
    assert free == MAX_CONNECTIONS


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
