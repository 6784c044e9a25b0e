"""The connection pool of `AsyncClient` with aiohttp, which is several times faster than httpx.

aiohttp parses responses in C, and works on asyncio only. The pool shares slots, TLS contexts and
proxies with the other pools, and raises httpx's errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import anyio
import anyio.to_thread
import httpx
import yarl

from clerk_core.errors import ClientClosed, InvalidArgument
from clerk_core.transport.async_pool import AsyncSlots
from clerk_core.transport.network import Network
from clerk_core.transport.store import KEEPALIVE

_MAX_HEADER = 100 * 1024  # httpx's limit for all headers of a response
_SKIP_AUTO_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

# aiohttp's error -> httpx's error. The first matching class counts.
_ERRORS: tuple[tuple[type[Exception], type[httpx.TransportError]], ...] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ServerTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerFingerprintMismatch, httpx.ConnectError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientConnectionError, httpx.ReadError),
    (aiohttp.ClientError, httpx.RemoteProtocolError),
)


class AiohttpPool:
    """A pool for the asyncio loop in which it is created."""

    def __init__(self, network: Network) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError as error:
            raise InvalidArgument("transport", "'aiohttp' works on asyncio only; leave it out on trio") from error
        self._network = network
        self._slots = AsyncSlots()
        self._loading = anyio.Lock()
        self._session: aiohttp.ClientSession | None = None
        self.is_closed = False

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send over an idle connection, or over a new one, and read the response.

        Raises:
            ClientClosed: the pool was closed.
            httpx.HTTPError: no complete response arrived; `httpx.PoolTimeout` if no connection became free.
        """
        await self._slots.acquire(request)
        try:
            session = await self._open()
            for _ in range(2):  # let the loop notice connections that the server has closed, then process them
                await asyncio.sleep(0)
            return await self._exchange(session, request)
        except aiohttp.ClientError as error:
            failure = _translate(error)
        finally:
            self._slots.release()
        raise failure  # outside of the handler: aiohttp's error, which contains the key, must not be its context

    async def _open(self) -> aiohttp.ClientSession:
        if not self._network.is_ready:
            async with self._loading:
                await anyio.to_thread.run_sync(self._network.ssl_context, abandon_on_cancel=True)
        if self.is_closed:
            raise ClientClosed("this client is closed")
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=_Connector(limit=0, keepalive_timeout=KEEPALIVE, ssl=self._network.ssl_context()),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_SKIP_AUTO_HEADERS,
                auto_decompress=False,
                max_line_size=_MAX_HEADER,
                max_field_size=_MAX_HEADER,
            )
            # Retries are decided by the client; aiohttp has no public setting to disable its own.
            self._session._retry_connection = False  # pyright: ignore[reportPrivateUsage]
        return self._session

    async def _exchange(self, session: aiohttp.ClientSession, request: httpx.Request) -> httpx.Response:
        timeout = request.extensions["timeout"]
        chunked = "Transfer-Encoding" in request.headers
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in request.headers.raw
            if name.lower() != b"transfer-encoding"  # aiohttp adds it
        ]
        with anyio.CancelScope() as sending:
            async with session.request(
                request.method,
                yarl.URL(str(request.url), encoded=True),
                headers=headers,
                data=_body(request, sending, timeout["write"]),
                chunked=chunked or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=timeout["connect"], sock_read=timeout["read"]),
                proxy=self._network.proxy,
            ) as response:
                content = await response.read()
                complete = httpx.Response(
                    response.status, headers=response.raw_headers, stream=httpx.ByteStream(content)
                )
                complete.read()  # decodes the content
                return complete
        raise httpx.WriteTimeout("the server did not read the request in time")

    async def aclose(self) -> None:
        """Close all connections, including those in use."""
        self.is_closed = True
        if self._session is not None:
            await self._session.close()

    def __del__(self) -> None:
        # Without this, aiohttp reports sessions that are left open when the process or the loop ends; httpx does not.
        session = self._session if hasattr(self, "_session") else None
        if session is not None and not session.closed:
            session.detach()


class _Connector(aiohttp.TCPConnector):
    def __del__(self, _: object = None) -> None:
        """Suppress the report of open connections; see `AiohttpPool.__del__`."""


def _body(request: httpx.Request, sending: anyio.CancelScope, limit: float | None) -> AsyncIterator[bytes] | None:
    """Return the parts of the body. Each must be written within `limit` seconds, for which aiohttp has no setting."""
    if request.headers.get("Content-Length", "0") == "0" and "Transfer-Encoding" not in request.headers:
        return None

    async def parts() -> AsyncIterator[bytes]:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for part in request.stream:
            if limit is not None:
                sending.deadline = anyio.current_time() + limit
            yield part
        sending.deadline = float("inf")

    return parts()


def _translate(error: aiohttp.ClientError) -> httpx.TransportError:
    kind = next(theirs for ours, theirs in _ERRORS if isinstance(error, ours))
    return kind(str(error) or type(error).__name__)
