"""How a worker is asked: a batch per line of stdin, as JSON; the seconds that it took go to stdout.

Runs in an environment that holds nothing but the library under test, so it imports only the standard library.
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
"""Prepares a batch of that many repetitions, which is not timed, and gives the function that runs it.

A function that times itself returns its seconds.
"""


_CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


def repeated(function: Callable[[], object]) -> Task:
    """A task without preparation."""

    def prepare(count: int) -> Callable[[], None]:
        def batch() -> None:
            for _ in range(count):
                held = function()  # noqa: F841  # until the next one is there, as a page is in a loop over pages

        return batch

    return prepare


def each(function: Callable[[T], object], values: Callable[[int], Sequence[T]]) -> Task:
    """A task with a value of its own for each repetition; they are made beforehand."""

    def prepare(count: int) -> Callable[[], None]:
        made = values(count)

        def batch() -> None:
            for value in made:
                held = function(value)  # noqa: F841

        return batch

    return prepare


def awaited(runner: asyncio.Runner, function: Callable[[], Awaitable[object]]) -> Task:
    """The same for async: one repetition after the other, in one go of the loop."""

    async def batch(count: int) -> None:
        for _ in range(count):
            await function()

    return lambda count: lambda: runner.run(batch(count))


def serve(tasks: Mapping[str, Task]) -> None:
    """Answer `{"task": name, "count": repetitions, "collecting": bool, "clock": name}` until stdin is closed."""
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
    """Stop when a task does not do what it is timed for."""
    if found != expected:
        raise SystemExit(f"{name}: expected {expected!r}, got {found!r}")
