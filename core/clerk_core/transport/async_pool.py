"""The connection pool of `AsyncClient`, for asyncio and trio. See `pool` for the reasons."""

from __future__ import annotations

from contextlib import nullcontext

import anyio
import anyio.to_thread
import httpx

from clerk_core.transport.network import Network
from clerk_core.transport.pool import ONE_CONNECTION
from clerk_core.transport.slots import Slots
from clerk_core.transport.store import ConnectionStore


class AsyncSlots(Slots[anyio.Event]):
    """Slots for tasks."""

    def __init__(self) -> None:
        super().__init__(anyio.Event)

    async def acquire(self, request: httpx.Request) -> None:
        """Acquire a slot within the request's pool timeout.

        Raises:
            httpx.PoolTimeout: none became free in time.
        """
        signal = self.request()
        if signal is None:
            return
        timeout = request.extensions["timeout"]["pool"]
        assigned = False
        try:
            with nullcontext() if timeout is None else anyio.move_on_after(timeout):
                await signal.wait()
                assigned = True
        finally:
            if not assigned:
                self.stop_waiting(signal)
        if not assigned:
            raise httpx.PoolTimeout("no connection became free in time")


class AsyncPool:
    """A pool for the loop that it is first used in.

    A response is read completely before the slot is released. The connection of a call that ends early, even by
    `Task.cancel` between any two steps, is closed and not reused.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._slots = AsyncSlots()
        self._store: ConnectionStore[httpx.AsyncHTTPTransport] = ConnectionStore()
        self._loading = anyio.Lock()

    @property
    def is_closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._store.is_closed

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send over an idle connection, or over a new one, and read the response.

        Raises:
            ClientClosed: the pool was closed.
            httpx.HTTPError: no complete response arrived; `httpx.PoolTimeout` if no connection became free.
        """
        await self._slots.acquire(request)
        try:
            connection = self._store.check_out() or await self._open()
            try:
                response = await _exchange(connection, request)
            except BaseException:
                self._store.discard(connection)
                await _close(connection)
                raise
            for expired in self._store.check_in(connection):
                await _close(expired)
        finally:
            self._slots.release()
        response.read()  # decodes the content; the connection stays usable if that fails
        return response

    async def _open(self) -> httpx.AsyncHTTPTransport:
        if not self._network.is_ready:
            async with self._loading:
                await anyio.to_thread.run_sync(self._network.ssl_context, abandon_on_cancel=True)
        connection = httpx.AsyncHTTPTransport(
            verify=self._network.ssl_context(),
            trust_env=False,
            limits=ONE_CONNECTION,
            proxy=self._network.httpx_proxy(),
        )
        self._store.add(connection)
        return connection

    async def aclose(self) -> None:
        """Close all connections, including those in use."""
        for connection in self._store.close():
            await _close(connection)


async def _exchange(connection: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
    response = await connection.handle_async_request(request)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    content = b"".join([part async for part in response.stream])
    await response.stream.aclose()
    response.stream = httpx.ByteStream(content)
    return response


async def _close(connection: httpx.AsyncHTTPTransport) -> None:
    with anyio.CancelScope(shield=True):
        await connection.aclose()
