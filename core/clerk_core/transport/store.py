"""The idle and the busy connections of a pool. No I/O."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

from clerk_core.errors import ClientClosed

KEEPALIVE = 5.0
"""Seconds for which an idle connection is kept, as in httpx."""

C = TypeVar("C")


class ConnectionStore(Generic[C]):
    """The open connections of a pool."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: deque[tuple[float, C]] = deque()  # longest idle first
        self._busy: set[C] = set()
        self.is_closed = False

    def check_out(self) -> C | None:
        """Return the most recently used idle connection, or None.

        Raises:
            ClientClosed: the pool was closed.
        """
        with self._lock:
            self._check_open()
            if not self._idle:
                return None
            connection = self._idle.pop()[1]
            self._busy.add(connection)
            return connection

    def add(self, connection: C) -> None:
        """Add a new connection that is in use.

        Raises:
            ClientClosed: the pool was closed.
        """
        with self._lock:
            self._check_open()
            self._busy.add(connection)

    def check_in(self, connection: C) -> list[C]:
        """Mark a connection as idle. Return the connections to close, which have been idle for too long."""
        now = time.monotonic()
        expired: list[C] = []
        with self._lock:
            self._busy.discard(connection)
            if self.is_closed:
                return [connection]
            while self._idle and self._idle[0][0] < now - KEEPALIVE:
                expired.append(self._idle.popleft()[1])
            self._idle.append((now, connection))
        return expired

    def discard(self, connection: C) -> None:
        """Remove a connection whose exchange failed."""
        with self._lock:
            self._busy.discard(connection)

    def close(self) -> list[C]:
        """Reject further calls. Return the connections to close, including those in use."""
        with self._lock:
            self.is_closed = True
            remaining = [connection for _, connection in self._idle] + list(self._busy)
            self._idle.clear()
            return remaining

    def _check_open(self) -> None:
        if self.is_closed:
            raise ClientClosed("this client is closed")
