"""Abandoned calls cost the client nothing; `make churn` runs the same rounds with thousands of calls."""

from __future__ import annotations

import anyio
import pytest

from clerk_core.transport.slots import MAX_CONNECTIONS
from clerkkit import AsyncClerk, Clerk
from tests.loopback import ASYNC_WAYS, KEY, backend_of, echo_id, serve, transport_of
from tools import churn

CALLS = 2 * churn.TURNS
ROUNDS = [(way, end) for way in ASYNC_WAYS for end in churn.ENDS[way]]

# anyio forgets a socket that connects in the very turn in which its task is cancelled; the garbage collector closes it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(("way", "end"), ROUNDS)
def test_every_slot_is_free_and_calls_succeed_after_abandoned_calls(way: str, end: str) -> None:
    async def main(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, max_retries=0, **transport_of(way)) as clerk:
            await churn.one_by_one(clerk, churn.ENDS[way][end], CALLS)
            await churn.at_once(clerk, churn.ENDS[way][end], CALLS)
            await churn.check_async(clerk)

    with serve(echo_id) as server:
        anyio.run(main, server.url, backend=backend_of(way))


@pytest.mark.parametrize("server", ["is silent now and then", "refuses", "is half open"])
@pytest.mark.parametrize(("way", "end"), ROUNDS)
def test_calls_abandoned_at_a_bad_server_lose_no_slot(way: str, end: str, server: str) -> None:
    async def main(url: str) -> None:
        async with AsyncClerk(KEY, base_url=url, timeout=1, max_retries=0, **transport_of(way)) as clerk:
            await churn.one_by_one(clerk, churn.ENDS[way][end], churn.TURNS)
            await churn.at_once(clerk, churn.ENDS[way][end], CALLS)
            assert churn.slots_of(clerk).free == MAX_CONNECTIONS

    with churn.SERVERS[server]() as url:
        anyio.run(main, url, backend=backend_of(way))


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_a_server_that_was_silent_for_all_calls_is_called_again(way: str) -> None:
    """The server is silent while more calls than slots run into their deadlines."""

    async def main(silent: str, url: str) -> None:
        async with AsyncClerk(KEY, base_url=silent, **transport_of(way)) as clerk:
            await churn.by_deadline(clerk, 3 * MAX_CONNECTIONS)
            clerk._base_url = url  # the server answers again
            await churn.check_async(clerk)

    with churn.SERVERS["is half open"]() as silent, serve(echo_id) as server:
        anyio.run(main, silent, server.url, backend=backend_of(way))


@pytest.mark.parametrize("server", churn.SERVERS)
def test_threads_that_abandon_calls_lose_no_slot(server: str) -> None:
    with churn.SERVERS[server]() as url, Clerk(KEY, base_url=url) as clerk:
        churn.by_threads(clerk, CALLS)
        assert churn.slots_of(clerk).free == MAX_CONNECTIONS
        if server == "answers":
            churn.check_sync(clerk)
