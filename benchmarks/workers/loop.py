"""The loop of a worker: it reads a batch from each line of stdin, as JSON, and prints the seconds that it took.

It runs in an environment with only the library under test, so it imports only the standard library.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")

Task = Callable[[int], Callable[[], float | None]]
"""Prepares a batch of this number of repetitions, untimed, and returns the function that runs it.

A function that measures its own time returns the seconds.
"""


_CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def repeated(function: Callable[[], object]) -> Task:
    """A task without preparation."""

    def prepare(count: int) -> Callable[[], None]:
        def batch() -> None:
            for _ in range(count):
                held = function()  # noqa: F841  # kept until the next one, like a page in a loop over pages

        return batch

    return prepare


def each(function: Callable[[T], object], values: Callable[[int], Sequence[T]]) -> Task:
    """A task with another value for each repetition, created beforehand."""

    def prepare(count: int) -> Callable[[], None]:
        made = values(count)

        def batch() -> None:
            for value in made:
                held = function(value)  # noqa: F841

        return batch

    return prepare


def awaited(runner: asyncio.Runner, function: Callable[[], Awaitable[object]]) -> Task:
    """An async task: repetitions run one after the other in one run of the event loop."""

    async def batch(count: int) -> None:
        for _ in range(count):
            await function()

    return lambda count: lambda: runner.run(batch(count))


def serve(tasks: Mapping[str, Task]) -> None:
    """Run batches `{"task": name, "count": repetitions, "collecting": bool, "clock": name}` until stdin is closed."""
    for line in sys.stdin:
        batch = json.loads(line)
        if not batch["collecting"]:
            gc.disable()
        print(_seconds(tasks[batch["task"]], batch["count"], _CLOCKS[batch["clock"]]), flush=True)
        gc.enable()


def _seconds(task: Task, count: int, clock: Callable[[], float]) -> float:
    run = task(count)
    gc.collect()  # so that each batch starts from the same state
    start = clock()
    timed = run()
    return clock() - start if timed is None else timed


def tell_peak_memory() -> None:
    """Print the largest resident size of this process, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps(peak if sys.platform == "darwin" else peak * 1024))


def check(name: str, found: object, expected: object) -> None:
    """Exit if a task does not return what it should."""
    if found != expected:
        raise SystemExit(f"{name}: expected {expected!r}, got {found!r}")
