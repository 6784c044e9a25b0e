"""Many users, threads, tasks and requests: every result arrives once, and memory is bounded."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from itertools import islice
from typing import Any

import anyio
import pytest

from clerk_bapi.api import get_user
from clerkkit import AsyncClerk, Clerk, NotFound, Request
from tests.loopback import (
    ASYNC_WAYS,
    KEY,
    WAYS,
    Act,
    Received,
    Script,
    Steps,
    backend_of,
    echo_id,
    respond,
    serve,
    transport_of,
)

# -- many users ----------------------------------------------------------------------------------------------------

ROW = {
    "object": "user",
    "first_name": "Ada",
    "email_addresses": [{"object": "email_address", "email_address": "ada@example.com", "verification": None}],
    "public_metadata": {"notes": "0123456789" * 30},
}


def rows(received: Received) -> bytes:
    """List as many users as the path names, such as /1000/users, by offset or cursor."""
    asked = dict(received.query)
    total = int(received.path.split("/")[1])
    start = int(asked["starting_after"]) + 1 if "starting_after" in asked else int(asked.get("offset", 0))
    return respond(200, [{"id": str(at), **ROW} for at in range(start, min(start + int(asked["limit"]), total))])


WALKER = """
import json, sys, tracemalloc
import anyio
from clerkkit import AsyncClerk, Clerk

way, url, page_size, order = sys.argv[1:]
order = {} if order == "-" else {"order_by": order}


async def walk(base_url):
    async with AsyncClerk("sk_test_x", base_url=base_url) as clerk:
        at = 0
        async for user in clerk.users.iterate(page_size=int(page_size), **order):
            assert user.id == str(at), (user.id, at)
            at += 1
        return at


def walk_sync(base_url):
    with Clerk("sk_test_x", base_url=base_url) as clerk:
        at = 0
        for user in clerk.users.iterate(page_size=int(page_size), **order):
            assert user.id == str(at), (user.id, at)
            at += 1
        return at


peaks = {}
for total in (600, 1000, 10000):  # the first walk imports, and fills caches
    base_url = f"{url}/{total}"
    assert total == (walk_sync(base_url) if way == "sync" else anyio.run(walk, base_url, backend=way))
    if tracemalloc.is_tracing():
        peaks[total] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    tracemalloc.start()
print(json.dumps(peaks))
"""


def python(code: str, *arguments: str) -> str:
    """Return what `code` prints in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("way", "page_size", "order"),
    [
        ("sync", 100, "-"),
        ("sync", 500, "username"),
        ("asyncio", 100, "username"),
        ("asyncio", 500, "-"),
        ("trio", 100, "-"),
        ("trio", 500, "username"),
    ],
)
def test_iterating_ten_thousand_users_needs_the_memory_of_one_thousand(way: str, page_size: int, order: str) -> None:
    """Users arrive once and in order. Memory is measured in a process that runs only the client."""
    with serve(rows) as server:
        peaks = json.loads(python(WALKER, way, server.url, str(page_size), order))
    assert peaks["10000"] < 1.5 * peaks["1000"], peaks
    asked = [dict(received.query) for received in server.requests]
    assert {one["limit"] for one in asked} == {str(page_size)}
    assert {"starting_after" in one for one in asked[1:]} == ({True, False} if order == "-" else {False})


# -- many threads and tasks with one client ------------------------------------------------------------------------


THREADS, TASKS, TIMES = 32, 200, 3
FAULTS: list[Steps] = [respond(429, {"errors": []}, {"Retry-After": "0"}), respond(503), [Act.RESET]]


def name_of(number: int, turn: int) -> str:
    return f"user_{number}_{turn}"


def with_faults() -> Script:
    """Return a script that sends the requested user, and for some users a fault at first, of each kind in turn."""
    met: set[str] = set()

    def say(received: Received) -> Steps:
        number, turn = map(int, received.path.split("_")[1:])
        if number % 3 == turn and received.path not in met:
            met.add(received.path)
            return FAULTS[turn]
        return echo_id(received)

    return say


def check(got: list[tuple[str, str]], asked: int, requests: list[Received]) -> None:
    """Check that each requested user arrived once, and that all faults occurred."""
    assert all(wanted == found for wanted, found in got)
    assert len({name for name, _ in got}) == len(got) == asked * TIMES
    faults = sum(number % 3 == turn for number in range(asked) for turn in range(TIMES))
    assert len(requests) == asked * TIMES + faults


def test_many_threads_share_a_client() -> None:
    start = threading.Barrier(THREADS)

    def ask(clerk: Clerk, number: int) -> list[tuple[str, str]]:
        start.wait(30)
        return [(name_of(number, turn), clerk.users.get(name_of(number, turn)).id) for turn in range(TIMES)]

    with (
        serve(with_faults()) as server,
        Clerk(KEY, base_url=server.url) as clerk,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        got = [pair for pairs in pool.map(lambda number: ask(clerk, number), range(THREADS)) for pair in pairs]
    check(got, THREADS, server.requests)


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_many_tasks_share_a_client(way: str) -> None:
    got: list[tuple[str, str]] = []

    async def ask(clerk: AsyncClerk, number: int) -> None:
        for turn in range(TIMES):
            name = name_of(number, turn)
            got.append((name, (await clerk.users.get(name)).id))

    async def main(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, **transport_of(way)) as clerk, anyio.create_task_group() as group:
            for number in range(TASKS):
                group.start_soon(ask, clerk, number)

    with serve(with_faults()) as server:
        anyio.run(main, server.url, backend=backend_of(way))
    check(got, TASKS, server.requests)


# -- many requests -------------------------------------------------------------------------------------------------

CONCURRENCY = 8
WINDOW = 4 * CONCURRENCY
"""The number of requests that `map` reads ahead of the results."""


def some(received: Received) -> bytes:
    return respond(404, {"errors": []}) if received.path.endswith("7") else echo_id(received)


class Endless:
    """An endless iterable that creates and counts requests."""

    def __init__(self) -> None:
        self.number = 0

    def __iter__(self) -> Iterator[Request[Any]]:
        while True:
            self.number += 1
            yield get_user(f"user_{self.number - 1}")


def map_some(way: str, url: str, requests: Endless, count: int, reported: list[int]) -> list[tuple[Any, int]]:
    """Return `count` results of `map`, each with the number of requests read so far, and close the iterator."""
    if way == "sync":
        with (
            Clerk(KEY, base_url=url) as clerk,
            closing(clerk.map(requests, concurrency=CONCURRENCY, progress=reported.append)) as results,  # type: ignore[type-var]
        ):
            return [(result, requests.number) for result in islice(results, count)]

    async def main() -> list[tuple[Any, int]]:
        got: list[tuple[Any, int]] = []
        async with AsyncClerk(KEY, base_url=url, **transport_of(way)) as clerk:
            results: AsyncIterator[Any] = clerk.map(requests, concurrency=CONCURRENCY, progress=reported.append)
            async with aclosing(results):  # type: ignore[type-var]
                async for result in results:
                    got.append((result, requests.number))
                    if len(got) == count:
                        break
        return got

    return anyio.run(main, backend=backend_of(way))


@pytest.mark.parametrize("way", WAYS)
def test_map_keeps_order_and_reads_at_most_the_window_ahead(way: str) -> None:
    requests, reported = Endless(), list[int]()
    with serve(some) as server:
        got = map_some(way, server.url, requests, 2000, reported)
    assert reported == list(range(1, 2001))
    for number, (result, taken) in enumerate(got):
        assert isinstance(result, NotFound) if number % 10 == 7 else result.id == f"user_{number}"
        assert taken - number <= WINDOW + 1  # including the request that replaces this result
    assert len(server.requests) <= requests.number <= 2000 + WINDOW


def map_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("clerk-map")]


@pytest.mark.parametrize("way", WAYS)
def test_closing_the_iterator_stops_all_work(way: str) -> None:
    requests = Endless()
    with serve(echo_id) as server:
        got = map_some(way, server.url, requests, 50, [])
        assert [result.id for result, _ in got] == [f"user_{number}" for number in range(50)]
        assert map_threads() == []
        assert len(server.requests) <= requests.number <= 50 + WINDOW


def test_requests_not_started_when_the_caller_stops_are_not_sent() -> None:
    def say(received: Received) -> Steps:
        first = received.path == "/users/user_0"
        return echo_id(received) if first else [*[Act.PAUSE] * 10, echo_id(received)]

    with serve(say) as server, Clerk(KEY, base_url=server.url) as clerk:
        for _ in clerk.map(Endless(), concurrency=1):
            break
    assert len(server.requests) <= 2  # the window has four


def test_break_or_interrupt_ends_the_threads() -> None:
    with serve(echo_id) as server, Clerk(KEY, base_url=server.url) as clerk:
        for _ in clerk.map(Endless(), concurrency=CONCURRENCY):
            assert map_threads()
            break
        assert map_threads() == []
        with pytest.raises(KeyboardInterrupt):
            interrupted(clerk)
        assert map_threads() == []
        assert clerk.users.get("user_1").id == "user_1"


def interrupted(clerk: Clerk) -> None:
    for _ in clerk.map(Endless(), concurrency=CONCURRENCY):
        raise KeyboardInterrupt


MAPPER = """
import itertools, sys, time
from clerk_bapi.api import get_user
from clerkkit import Clerk

url, where = sys.argv[1:]
clerk = Clerk("sk_test_x", base_url=url, timeout=0.5, max_retries=0)
results = clerk.map((get_user(f"user_{n}") for n in itertools.count()), concurrency=8)
for number, result in enumerate(results):
    if number == 50 and where == "in the loop":
        print("ready", flush=True)
        while True:  # a signal just before one long sleep would be heard after it
            time.sleep(0.05)
"""


@pytest.mark.parametrize("where", ["in the loop", "in map"])
def test_ctrl_c_ends_the_process(where: str) -> None:
    """While the caller works, or while `map` waits for a silent server. Running calls end first."""
    silent = threading.Event()

    def say(received: Received) -> Steps:
        if where == "in map" and int(received.path.rpartition("_")[2]) >= 50:
            silent.set()
            return [Act.SILENCE]
        return echo_id(received)

    with serve(say) as server:
        child = subprocess.Popen(
            [sys.executable, "-c", MAPPER, server.url, where], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        try:
            if where == "in map":
                assert silent.wait(30)
            else:
                assert child.stdout is not None
                assert child.stdout.readline() == "ready\n"
            child.send_signal(signal.SIGINT)
            _, errors = child.communicate(timeout=30)
        finally:
            child.kill()
            child.communicate()
    assert child.returncode == -signal.SIGINT
    assert errors.strip().endswith("KeyboardInterrupt")
    assert len(server.requests) <= 51 + WINDOW
