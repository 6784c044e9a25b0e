"""The connections of a client: opened by the first call, shared with derived clients, closed once.

After a fork, and for async in another event loop, they are opened again, because the old ones cannot be used there.
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


def current_process() -> Hashable:
    """Return the scope in which sync connections can be used."""
    return os.getpid()


def current_loop() -> Hashable:
    """Return the scope in which async connections can be used: the running loop of asyncio or trio.

    A weak reference, since a new loop may get the `id` of one that has ended.
    """
    import asyncio  # imported when needed: it takes longer than all of core

    try:
        return os.getpid(), weakref.ref(asyncio.get_running_loop())
    except RuntimeError:
        trio = sys.modules.get("trio")
        return os.getpid(), weakref.ref(trio.lowlevel.current_trio_token()) if trio else None


class Connections(Generic[H]):
    """The open connections of a client, or an httpx client that the user passed."""

    def __init__(
        self, owner: str, open_pool: Callable[[], H] | None, scope: Callable[[], Hashable], borrowed: H | None
    ) -> None:
        """Either `open_pool` or `borrowed` is given.

        Args:
            owner: The class of the client, for errors.
            open_pool: Opens the connections.
            scope: Returns the scope in which connections can be used.
            borrowed: The user's httpx client, which is used in any scope and which the user closes.
        """
        self._owner = owner
        self._open_pool = open_pool
        self._scope = scope
        self._lock = threading.Lock()
        self._closed = False
        self._current: tuple[Hashable, H] | None = None
        self.borrowed = borrowed

    def get(self) -> H:
        """Return the connections to send with.

        Raises:
            ClientClosed: the client was closed.
        """
        if self.borrowed is not None:
            if self._closed or self.borrowed.is_closed:
                raise self._closed_error()
            return self.borrowed
        assert self._open_pool is not None
        scope = self._scope()
        current = self._current
        # Without the lock, which a fork in another thread could leave locked forever in the child.
        if current is not None and current[0] == scope:
            return current[1]
        with self._lock:
            if self._closed:
                raise self._closed_error()
            if self._current is None or self._current[0] != scope:
                self._current = scope, self._open_pool()
            return self._current[1]

    def _closed_error(self) -> ClientClosed:
        return ClientClosed(f"this {self._owner} is closed")

    def close(self) -> H | None:
        """Reject further calls. Return the connections to close, or None if there are none that can be closed here."""
        with self._lock:
            self._closed = True
            current, self._current = self._current, None
        return current[1] if current and current[0] == self._scope() else None
