"""Locks and shared runs that survive forks and, for async clients, a change of event loop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from clerk_core.transport.connections import current_process

L = TypeVar("L")


class ContextLock(Generic[L]):
    """Provides one lock for the current process or event loop.

    Two event loops that use one object alternately may each fetch once.
    """

    def __init__(self, create: Callable[[], L], context: Callable[[], Hashable]) -> None:
        """`create` makes a lock; `context` identifies the current process or event loop."""
        self._create = create
        self._context = context
        self._current: dict[Hashable, L] = {}

    def get(self) -> L:
        """Return the lock of the current context."""
        context = self._context()
        lock = self._current.get(context)
        if lock is None:
            # A lock from another process or loop may never be released. `setdefault` makes racing threads agree.
            lock = self._current.setdefault(context, self._create())
            self._current = {context: lock}
        return lock


class SharedRun(Generic[L]):
    """A flow that several callers wait for: the first one to get the lock runs it and sets `outcome`."""

    def __init__(self, lock: L) -> None:
        self.lock = lock
        self.outcome: Any = None
        self.callers = 0


class SharedRuns(Generic[L]):
    """The shared runs in progress, by key. If the caller that runs a flow is cancelled, the next caller runs it."""

    def __init__(self, create: Callable[[], L], context: Callable[[], Hashable]) -> None:
        self._create = create
        self._context = context
        self._guard = ContextLock(threading.Lock, current_process)
        self._runs: dict[Hashable, SharedRun[L]] = {}

    def __len__(self) -> int:
        return len(self._runs)

    @contextmanager
    def join(self, key: bytes) -> Generator[SharedRun[L], None, None]:
        """Join the run with this key, or start one if none is in progress."""
        place = self._context(), key
        with self._guard.get():
            run = self._runs.setdefault(place, SharedRun(self._create()))
            run.callers += 1
        try:
            yield run
        finally:
            with self._guard.get():
                run.callers -= 1
                finished = run.outcome is not None or not run.callers
                if finished and self._runs.get(place) is run:
                    del self._runs[place]
