"""Abandoned calls free their connections. `make churn` runs the same rounds with thousands of calls."""

from __future__ import annotations

import anyio
import pytest

from clerk_core.transport.slots import MAX_CONNECTIONS
from clerkkit import AsyncClerk, Clerk
from tests.loopback import ASYNC_WAYS, KEY, backend_of, echo_id, serve, transport_of
from tools import churn

CALLS = 2 * churn.TURNS
ROUNDS = [(way, end) for way in ASYNC_WAYS for end in churn.ENDS[way]]

# If a socket connects in the loop iteration in which its task is cancelled, only the garbage collector closes it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(("way", "end"), ROUNDS)
def test_all_connections_are_free_after_abandoned_calls(way: str, end: str) -> None:
    async def main(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, max_retries=0, **transport_of(way)) as clerk:
            await churn.one_by_one(clerk, churn.ENDS[way][end], CALLS)
            await churn.at_once(clerk, churn.ENDS[way][end], CALLS)
            await churn.check_async(clerk)

    with serve(echo_id) as server:
        anyio.run(main, server.url, backend=backend_of(way))


@pytest.mark.parametrize("server", ["is silent now and then", "refuses", "is half open"])
@pytest.mark.parametrize(("way", "end"), ROUNDS)
def test_all_connections_are_free_after_calls_abandoned_at_a_bad_server(way: str, end: str, server: str) -> None:
    async def main(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, timeout=1, max_retries=0, **transport_of(way)) as clerk:
            await churn.one_by_one(clerk, churn.ENDS[way][end], churn.TURNS)
            await churn.at_once(clerk, churn.ENDS[way][end], CALLS)
            assert churn.slots_of(clerk).free == MAX_CONNECTIONS

    with churn.SERVERS[server]() as url:
        anyio.run(main, url, backend=backend_of(way))


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_client_recovers_after_all_calls_to_a_silent_server_timed_out(way: str) -> None:
    """More calls than connections exceed their deadline."""

    async def main(silent: str, url: str) -> None:
        async with AsyncClerk(KEY, base_url=silent, **transport_of(way)) as clerk:
            await churn.by_deadline(clerk, 3 * MAX_CONNECTIONS)
            clerk._base_url = url  # the server responds again
            await churn.check_async(clerk)

    with churn.SERVERS["is half open"]() as silent, serve(echo_id) as server:
        anyio.run(main, silent, server.url, backend=backend_of(way))


@pytest.mark.parametrize("server", churn.SERVERS)
def test_all_connections_are_free_after_calls_abandoned_by_threads(server: str) -> None:
    with churn.SERVERS[server]() as url, Clerk(KEY, base_url=url) as clerk:
        churn.by_threads(clerk, CALLS)
        assert churn.slots_of(clerk).free == MAX_CONNECTIONS
        if server == "responses":
            churn.check_sync(clerk)
