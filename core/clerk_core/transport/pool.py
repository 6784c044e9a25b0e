"""The connection pool of `Client`.

httpcore's pool loses a slot permanently if a call is cancelled while a slot is assigned to it, and it iterates over all
connections for each call. Here each connection is a separate httpx transport, and `Slots` decides which call is next.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx

from clerk_core.transport.network import Network
from clerk_core.transport.slots import Slots
from clerk_core.transport.store import KEEPALIVE, ConnectionStore

ONE_CONNECTION = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEPALIVE)


class Pool:
    """A pool for threads. A call keeps its slot until its response is closed."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._slots = Slots(threading.Event)
        self._store: ConnectionStore[httpx.HTTPTransport] = ConnectionStore()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._store.is_closed

    def send(self, request: httpx.Request) -> httpx.Response:
        """Send over an idle connection or a new one. The caller reads and closes the response.

        Raises:
            ClientClosed: the pool was closed.
            httpx.HTTPError: no complete response arrived; `httpx.PoolTimeout` if no connection became free.
        """
        self._acquire_slot(request.extensions["timeout"]["pool"])
        connection: httpx.HTTPTransport | None = None
        try:
            connection = self._store.check_out() or self._open()
            response = connection.handle_request(request)
            assert isinstance(response.stream, httpx.SyncByteStream)
        except BaseException:
            self.discard(connection)
            raise
        response.stream = _Lease(self, connection, response.stream)
        return response

    def _acquire_slot(self, timeout: float | None) -> None:
        signal = self._slots.request()
        if signal is None:
            return
        assigned = False
        try:
            assigned = signal.wait(timeout)
        finally:
            if not assigned:
                self._slots.stop_waiting(signal)
        if not assigned:
            raise httpx.PoolTimeout("no connection became free in time")

    def _open(self) -> httpx.HTTPTransport:
        connection = httpx.HTTPTransport(
            verify=self._network.ssl_context(),
            trust_env=False,
            limits=ONE_CONNECTION,
            proxy=self._network.httpx_proxy(),
        )
        self._store.add(connection)
        return connection

    def check_in(self, connection: httpx.HTTPTransport, body: httpx.SyncByteStream) -> None:
        """Keep the connection for the next call, and release the slot."""
        try:
            body.close()
            for expired in self._store.check_in(connection):
                expired.close()
        finally:
            self._slots.release()

    def discard(self, connection: httpx.HTTPTransport | None) -> None:
        """Close the connection, and release the slot."""
        try:
            if connection is not None:
                self._store.discard(connection)
                connection.close()
        finally:
            self._slots.release()

    def close(self) -> None:
        """Close all connections, including those in use."""
        for connection in self._store.close():
            connection.close()


class _Lease(httpx.SyncByteStream):
    """The body of a response. Closing it returns the connection to the pool."""

    def __init__(self, pool: Pool, connection: httpx.HTTPTransport, body: httpx.SyncByteStream) -> None:
        self._pool = pool
        self._connection: httpx.HTTPTransport | None = connection
        self._body = body
        self._complete = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._body
        self._complete = True

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._complete:
            self._pool.check_in(connection, self._body)
        else:
            self._pool.discard(connection)
