"""Send many requests concurrently: results in order, errors as values, a bounded number of requests in flight."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from clerk_core import ClerkError, Request
from clerk_core.checks import check_whole_number

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

Progress = Callable[[int], object]
_ROUNDS = 4
"""Requests in flight or in the queue, for each that is sent at a time."""


def send_on_threads(
    send: Callable[[Request[T]], T], requests: Iterable[Request[T]], concurrency: int, progress: Progress | None
) -> Iterator[T | ClerkError]:
    """Send requests on a pool of threads.

    Raises:
        InvalidArgument: `concurrency` is not a positive whole number.
    """
    check_whole_number("concurrency", concurrency, 1)
    return _sliding_window(send, iter(requests), concurrency, progress or _no_progress)


def _sliding_window(
    send: Callable[[Request[T]], T], requests: Iterator[Request[T]], concurrency: int, progress: Progress
) -> Iterator[T | ClerkError]:
    from concurrent.futures import ThreadPoolExecutor  # imported when first needed

    done = 0
    pool = ThreadPoolExecutor(concurrency, thread_name_prefix="clerk-map")
    try:
        window: deque[tuple[Request[T], Future[T]]] = deque()
        window.extend((one, pool.submit(send, one)) for one in islice(requests, concurrency * _ROUNDS))
        while window:
            result = _result(*window.popleft())
            window.extend((one, pool.submit(send, one)) for one in islice(requests, 1))
            done += 1
            progress(done)
            yield result
    finally:
        # If the caller stops early or presses Ctrl-C, requests that have not started are never sent.
        pool.shutdown(wait=True, cancel_futures=True)


def _result(request: Request[T], future: Future[T]) -> T | ClerkError:
    try:
        return future.result()
    except ClerkError as error:
        error.failed_request = request
        return error


async def send_in_tasks(
    send: Callable[[Request[T]], Awaitable[T]],
    requests: Iterable[Request[T]],
    concurrency: int,
    progress: Progress | None,
) -> AsyncIterator[T | ClerkError]:
    """Send requests in rounds of tasks. No task runs while the caller has a result, since it may not ask for more.

    Raises:
        InvalidArgument: `concurrency` is not a positive whole number.
    """
    check_whole_number("concurrency", concurrency, 1)
    remaining = iter(requests)
    done = 0
    while batch := list(islice(remaining, concurrency * _ROUNDS)):
        for result in await _Round(send, batch).run(concurrency):
            done += 1
            (progress or _no_progress)(done)
            yield result


class _Round(Generic[T]):
    """Requests that a group of tasks sends, and their results."""

    def __init__(self, send: Callable[[Request[T]], Awaitable[T]], requests: list[Request[T]]) -> None:
        self._send = send
        self._queue = iter(enumerate(requests))
        self._size = len(requests)
        self._results: dict[int, T | ClerkError] = {}

    async def run(self, concurrency: int) -> list[T | ClerkError]:
        """Send all requests and return their results in order."""
        import anyio

        async with anyio.create_task_group() as tasks:
            for _ in range(min(concurrency, self._size)):
                tasks.start_soon(self._work)
        return [self._results[index] for index in range(self._size)]

    async def _work(self) -> None:
        for index, request in self._queue:
            try:
                self._results[index] = await self._send(request)
            except ClerkError as error:
                error.failed_request = request
                self._results[index] = error


def _no_progress(done: int) -> None:
    """A progress callback that does nothing."""
