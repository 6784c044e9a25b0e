"""The httpx client behind our clients: opened by the first call, shared by views, closed once for all.

It is opened anew after a fork and, for async, in another event loop, where the old connections cannot be used.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
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
    """Where async connections can be used: the running loop of asyncio or trio."""
    try:
        return os.getpid(), id(asyncio.get_running_loop())
    except RuntimeError:
        trio = sys.modules.get("trio")
        return os.getpid(), id(trio.lowlevel.current_trio_token()) if trio else 0


class Connections(Generic[H]):
    """Holds the httpx client; one that was given is used as it is, anywhere, and stays the giver's to close."""

    def __init__(self, owner: str, opened: Callable[[], H], where: Callable[[], Hashable], given: H | None) -> None:
        self._owner = owner
        self._open = opened
        self._where = where
        self._lock = threading.Lock()
        self._closed = False
        self._current: tuple[Hashable, H] | None = None
        self.given = given

    def get(self) -> H:
        """The client to send with."""
        if self._closed or (self.given is not None and self.given.is_closed):
            raise ClientClosed(f"this {self._owner} is closed")
        if self.given is not None:
            return self.given
        where = self._where()
        with self._lock:
            if self._current is None or self._current[0] != where:
                self._current = where, self._open()
            return self._current[1]

    def close(self) -> H | None:
        """Let no call through any more; what is left to close comes back, unless it cannot be closed here."""
        self._closed = True
        current, self._current = self._current, None
        return current[1] if current and current[0] == self._where() else None
