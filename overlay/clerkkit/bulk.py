"""Many requests at a time, results in order, errors as values; what is under way is bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from clerk_core import ClerkError, Request
from clerk_core.checks import whole_number

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")

Progress = Callable[[int], object]
_ROUNDS = 4


def on_threads(
    send: Callable[[Request[T]], T], requests: Iterable[Request[T]], concurrency: int, progress: Progress | None
) -> Iterator[T | ClerkError]:
    """A window of futures slides over the requests."""
    whole_number("concurrency", concurrency, 1)
    return _slide(send, iter(requests), concurrency, progress or _silent)


def _slide(
    send: Callable[[Request[T]], T], requests: Iterator[Request[T]], concurrency: int, progress: Progress
) -> Iterator[T | ClerkError]:
    from concurrent.futures import ThreadPoolExecutor  # late, for those who never call many

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
        # Also when the caller stops early, or presses Ctrl-C: what has not begun never does.
        pool.shutdown(wait=True, cancel_futures=True)


def _result(request: Request[T], future: Future[T]) -> T | ClerkError:
    try:
        return future.result()
    except ClerkError as error:
        error.failed_request = request
        return error


async def in_tasks(
    send: Callable[[Request[T]], Awaitable[T]],
    requests: Iterable[Request[T]],
    concurrency: int,
    progress: Progress | None,
) -> AsyncIterator[T | ClerkError]:
    """Rounds of tasks; none is left running while a result is with the caller, who may not come back for more."""
    import anyio

    whole_number("concurrency", concurrency, 1)
    left = iter(requests)
    done = 0
    while batch := list(islice(left, concurrency * _ROUNDS)):
        results: dict[int, T | ClerkError] = {}
        todo = iter(enumerate(batch))

        async def work(
            todo: Iterator[tuple[int, Request[T]]] = todo, results: dict[int, T | ClerkError] = results
        ) -> None:
            for index, request in todo:
                try:
                    results[index] = await send(request)
                except ClerkError as error:
                    error.failed_request = request
                    results[index] = error

        async with anyio.create_task_group() as tasks:
            for _ in range(min(concurrency, len(batch))):
                tasks.start_soon(work)
        for index in range(len(batch)):
            done += 1
            (progress or _silent)(done)
            yield results[index]


def _silent(done: int) -> None:
    """No one wants to know."""
