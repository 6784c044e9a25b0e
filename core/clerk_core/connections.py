"""The httpx client behind our clients: opened by the first call, shared by views, closed once for all.

It is opened anew after a fork and, for async, in another event loop, where the old connections cannot be used.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from clerk_core.errors import ClientClosed


class _Closable(Protocol):
    @property
    def is_closed(self) -> bool: ...


H = TypeVar("H", bound=_Closable)


def this_process() -> Hashable:
    """Where sync connections can be used."""
    return os.getpid()


def this_loop() -> Hashable:
    """Return where async connections can be used: the running loop of asyncio or trio.

    A weak reference, since a new loop may get the `id` of one that has ended.
    """
    import asyncio  # late: it takes longer than all of core, and sync programs do without

    try:
        return os.getpid(), weakref.ref(asyncio.get_running_loop())
    except RuntimeError:
        trio = sys.modules.get("trio")
        return os.getpid(), weakref.ref(trio.lowlevel.current_trio_token()) if trio else None


class Connections(Generic[H]):
    """Holds the httpx client; one that was given is used as it is, anywhere, and stays the giver's to close."""

    def __init__(
        self, owner: str, opened: Callable[[], H] | None, where: Callable[[], Hashable], given: H | None
    ) -> None:
        self._owner = owner
        self._open = opened
        self._where = where
        self._lock = threading.Lock()
        self._closed = False
        self._current: tuple[Hashable, H] | None = None
        self.given = given

    def get(self) -> H:
        """The client to send with."""
        if self.given is not None:
            if self._closed or self.given.is_closed:
                raise self._refusal()
            return self.given
        assert self._open is not None
        where = self._where()
        current = self._current
        # Without the lock, which a fork in another thread might leave locked for ever in the child.
        if current is not None and current[0] == where:
            return current[1]
        with self._lock:
            if self._closed:
                raise self._refusal()
            if self._current is None or self._current[0] != where:
                self._current = where, self._open()
            return self._current[1]

    def _refusal(self) -> ClientClosed:
        return ClientClosed(f"this {self._owner} is closed")

    def close(self) -> H | None:
        """Let no call through any more; what is left to close comes back, unless it cannot be closed here."""
        with self._lock:
            self._closed = True
            current, self._current = self._current, None
        return current[1] if current and current[0] == self._where() else None
