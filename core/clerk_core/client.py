"""`Client` and `AsyncClient` send requests and decode responses. `transport` has their connections."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache, partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Generic, Literal, Self, TypeVar, get_args

import httpx

from clerk_core.checks import check_seconds, check_secret_key
from clerk_core.errors import ApiError, InvalidArgument, deadline_message
from clerk_core.lazy import LazyModule
from clerk_core.logs import Unlogged
from clerk_core.open_pagers import OpenPagers
from clerk_core.public_dir import PublicDir
from clerk_core.request import Request
from clerk_core.response import DetailedResponse, Response
from clerk_core.tracebacks import hides_locals
from clerk_core.transport.connections import Connections, current_loop, current_process
from clerk_core.transport.network import DEFAULT_BASE_URL, Network, check_base_url

if TYPE_CHECKING:
    from clerk_core.transport import borrowed, failures
    from clerk_core.transport.aiohttp_pool import AiohttpPool
    from clerk_core.transport.async_pool import AsyncPool
    from clerk_core.transport.pool import Pool
else:
    borrowed = LazyModule("clerk_core.transport.borrowed")
    failures = LazyModule("clerk_core.transport.failures")

T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)

TransportName = Literal["httpx", "aiohttp"]
"""The library that opens the connections of an `AsyncClient`."""

DEFAULT_TIMEOUT = 30.0
"""Seconds."""
_NO_BODY = ("GET", "DELETE")

_Timeouts = dict[str, float | None]
"""Seconds for each phase: connect, read, write, pool."""


class _RequestURL(Unlogged, httpx.URL):
    """The URL of a request, which httpx does not log."""


class _BaseClient(PublicDir, Generic[H]):
    """What both clients share: configuration, and the conversion of requests and responses."""

    api_version: ClassVar[str | None] = None
    """The value of `Clerk-API-Version`. Generated clients send the version that they were generated from."""

    @hides_locals
    def __init__(
        self,
        secret_key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float | None = None,
        http_client: H | None = None,
    ) -> None:
        """Create a client. Connections are opened by the first call.

        Args:
            secret_key: The instance's secret key, `sk_test_...` or `sk_live_...`.
            base_url: The URL of the API; `/v1` is added to a URL without a path.
            timeout: Seconds to wait for a connection, and for each read and write. Default: that of `http_client`, or
                else 30.
            http_client: An httpx client to send requests with, such as one with other transports. You close it.

        Raises:
            InvalidArgument: a header cannot carry the key, the URL is not an http(s) URL, or the timeout is not a
                positive number.
        """
        self._secret_key = check_secret_key(secret_key)
        self._base_url = check_base_url(base_url)
        self._timeout = None if timeout is None else check_seconds("timeout", timeout)
        self._http_client: H | None = http_client
        self._connect(http_client)
        self._pagers = OpenPagers()
        """The pagers in use on this client and the clients derived from it."""
        self._headers: Mapping[str, str] = {}
        self._prepared: tuple[httpx.Headers, _Timeouts] | None = None

    def _connect(self, http_client: H | None) -> None:
        """Set `_connections`. Its functions must not reference this client, which they would keep alive."""
        raise NotImplementedError

    def _derive(self) -> Self:
        """Return a new client that shares this one's state and connections, but not its cached resources."""
        client = object.__new__(type(self))
        # State is private. The public entries are cached resources, which reference the client that created them.
        client.__dict__.update({name: value for name, value in vars(self).items() if name.startswith("_")})
        client._prepared = None
        return client

    @property
    def base_url(self) -> str:
        """The URL of the API."""
        return self._base_url

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def _prepare(self) -> tuple[httpx.Headers, _Timeouts]:
        """Return the headers and timeouts that all requests of this client share."""
        from clerk_core._version import __version__

        headers = httpx.Headers({"Host": httpx.URL(self._base_url).netloc.decode("ascii")})
        headers.update(_default_headers() if self._http_client is None else self._http_client.headers)
        headers["Accept"] = "application/json"
        headers["Authorization"] = f"Bearer {self._secret_key}"
        headers["User-Agent"] = f"clerkkit/{__version__} python/{sys.version.split()[0]} httpx/{httpx.__version__}"
        if self.api_version is not None:
            headers["Clerk-API-Version"] = self.api_version
        headers.update(self._headers)
        if self._timeout is not None or self._http_client is None:
            timeout = httpx.Timeout(self._timeout or DEFAULT_TIMEOUT)
        else:
            timeout = self._http_client.timeout
        return headers, timeout.as_dict()

    def _build(
        self, request: Request[Any], files: Mapping[str, bytes | BinaryIO], at_most: float | None
    ) -> httpx.Request:
        if self._prepared is None:
            self._prepared = self._prepare()
        common, timeouts = self._prepared
        extensions = {"timeout": timeouts if at_most is None else self._limit(timeouts, at_most)}
        url = self._base_url + request.path
        if request.query:
            url = f"{url}?{request.query}"
        if request.files or request.fields:
            return httpx.Request(
                request.method,
                url,
                headers=common,
                data=request.fields,
                files={name: (file.filename, files[name], file.content_type) for name, file in request.files.items()},
                extensions=extensions,
            )
        if not request.content and request.method in _NO_BODY:
            # With `content`, httpx would compute headers that an empty body does not need, and copy all of them.
            nothing = httpx.ByteStream(b"")
            built = httpx.Request(request.method, url, headers=common, stream=nothing, extensions=extensions)
            built.read()  # so that hooks and transports of the user can access `content`
            return built
        headers = httpx.Headers(common)
        if request.content:
            headers["Content-Type"] = "application/json"
        return httpx.Request(request.method, url, headers=headers, content=request.content, extensions=extensions)

    def _limit(self, timeouts: _Timeouts, at_most: float) -> _Timeouts:
        """Return the timeouts for an attempt of which no phase may take longer than `at_most` seconds."""
        raise NotImplementedError

    def _read(self, request: Request[T], response: Response) -> T:
        if request.method == "DELETE":
            self._pagers.deleted(request.path)
        try:
            return request.decode(response)
        except ApiError:
            self._redact_key(response)
            raise

    def _redact_key(self, response: Response) -> None:
        """Remove the key from an error response, since a proxy's error page may quote the request."""
        # Not in `_read`, since tools that print tracebacks show its variables.
        key = self._secret_key.encode()
        mask = failures.SECRET_KEY_MASK.encode()
        response.content = response.content.replace(key, mask)
        headers = httpx.Headers(response.headers).raw
        response.headers = httpx.Headers([(name, value.replace(key, mask)) for name, value in headers])


class Client(_BaseClient[httpx.Client]):
    """A synchronous client. Threads can share it. Close it, or use it in a `with` block."""

    _connections: Connections[Pool | borrowed.BorrowedClient]

    def _connect(self, http_client: httpx.Client | None) -> None:
        given = open_pool = None
        if http_client is None:
            open_pool = partial(_open_pool, Network.from_environment(self._base_url))
        else:
            given = borrowed.BorrowedClient(_check_http_client(http_client, httpx.Client))
        self._connections = Connections(type(self).__name__, open_pool, current_process, given)

    def send(self, request: Request[T]) -> T:
        """Send a request and return its result.

        Raises:
            ApiError: the server returned an error; there is a subclass for each common status.
            TransportError: no complete response arrived.
            ClientClosed: the client was closed.
        """
        return self._read(request, self._exchange(request))

    def send_detailed(self, request: Request[T]) -> DetailedResponse[T]:
        """Send a request and return its result with status, headers, raw bytes and trace id.

        Raises:
            ApiError: the server returned an error; there is a subclass for each common status.
            TransportError: no complete response arrived.
            ClientClosed: the client was closed.
        """
        response = self._exchange(request)
        return DetailedResponse(response, self._read(request, response))

    def _limit(self, timeouts: _Timeouts, at_most: float) -> _Timeouts:
        return {phase: at_most if limit is None else min(limit, at_most) for phase, limit in timeouts.items()}

    def _exchange(self, request: Request[Any]) -> Response:
        """Send a request and return the response, with any status. Subclasses add retries."""
        return self._attempt(request)

    def _attempt(self, request: Request[Any], at_most: float | None = None) -> Response:
        """Send a request once. Neither one phase nor the whole body may take longer than `at_most` seconds."""
        end = None if at_most is None else time.monotonic() + at_most
        connections = self._connections.get()
        with request.open_files() as files:
            built = self._build(request, files, at_most)  # outside of `try`: a closed file is not a failed connection
            built.url = _RequestURL(built.url)
            try:
                with closing(connections.send(built)) as received:
                    content = b"".join(_check_deadline(at_most, end, received.iter_bytes()))
            except InvalidArgument:  # a ValueError, about certificates that the environment names
                raise
            except failures.FAILURES as error:
                raise failures.transport_error(request.info, built, error, self._secret_key) from error
        return Response(received.status_code, received.headers, content)

    def close(self) -> None:
        """Close the connections, but not the `http_client` that was passed. Further calls have no effect."""
        connections = self._connections.close()
        if connections is not None:
            connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_BaseClient[httpx.AsyncClient]):
    """A client for asyncio and trio. Tasks can share it. Close it, or use it in an `async with` block."""

    _connections: Connections[AsyncPool | AiohttpPool | borrowed.AsyncBorrowedClient]

    @hides_locals
    def __init__(
        self,
        secret_key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: TransportName = "httpx",
    ) -> None:
        """Create a client. Connections are opened by the first call.

        Args:
            secret_key: The instance's secret key, `sk_test_...` or `sk_live_...`.
            base_url: The URL of the API; `/v1` is added to a URL without a path.
            timeout: Seconds to wait for a connection, and for each read and write. Default: that of `http_client`, or
                else 30.
            http_client: An httpx client to send requests with. You close it.
            transport: The library that opens connections: "httpx", or "aiohttp", which is faster, runs on asyncio
                only, and needs the extra `aiohttp`.

        Raises:
            InvalidArgument: an argument is invalid, or `transport` does not fit the other arguments.
            ImportError: aiohttp is not installed.
        """
        self._transport: TransportName = _check_transport(transport, http_client)
        super().__init__(secret_key, base_url=base_url, timeout=timeout, http_client=http_client)

    def _connect(self, http_client: httpx.AsyncClient | None) -> None:
        given = open_pool = None
        if http_client is not None:
            given = borrowed.AsyncBorrowedClient(_check_http_client(http_client, httpx.AsyncClient))
        else:
            network = Network.from_environment(self._base_url)
            if self._transport == "aiohttp" and network.uses_socks:
                raise InvalidArgument("transport", "'aiohttp' cannot use the SOCKS proxy that the environment names")
            open_pool = partial(_open_async_pool, network, self._transport)
        self._connections = Connections(type(self).__name__, open_pool, current_loop, given)

    async def send(self, request: Request[T]) -> T:
        """Send a request and return its result.

        Raises:
            ApiError: the server returned an error; there is a subclass for each common status.
            TransportError: no complete response arrived.
            ClientClosed: the client was closed.
        """
        return self._read(request, await self._exchange(request))

    async def send_detailed(self, request: Request[T]) -> DetailedResponse[T]:
        """Send a request and return its result with status, headers, raw bytes and trace id.

        Raises:
            ApiError: the server returned an error; there is a subclass for each common status.
            TransportError: no complete response arrived.
            ClientClosed: the client was closed.
        """
        response = await self._exchange(request)
        return DetailedResponse(response, self._read(request, response))

    def _limit(self, timeouts: _Timeouts, at_most: float) -> _Timeouts:
        # The caller cancels the attempt after `at_most` seconds, so only shorter timeouts need a timer.
        return {phase: limit if limit is not None and limit < at_most else None for phase, limit in timeouts.items()}

    async def _exchange(self, request: Request[Any]) -> Response:
        """Send a request and return the response, with any status. Subclasses add retries."""
        return await self._attempt(request)

    async def _attempt(self, request: Request[Any], at_most: float | None = None) -> Response:
        """Send a request once. The caller cancels it after `at_most` seconds."""
        connections = self._connections.get()
        with request.open_files() as files:
            built = self._build(request, files, at_most)  # outside of `try`: a closed file is not a failed connection
            built.url = _RequestURL(built.url)
            try:
                received = await connections.send(built)
            except InvalidArgument:  # a ValueError, about certificates that the environment names
                raise
            except failures.FAILURES as error:
                raise failures.transport_error(request.info, built, error, self._secret_key) from error
        return Response(received.status_code, received.headers, received.content)

    async def aclose(self) -> None:
        """Close the connections, but not the `http_client` that was passed. Further calls have no effect."""
        connections = self._connections.close()
        if connections is not None:
            await connections.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _open_pool(network: Network) -> Pool:
    from clerk_core.transport.pool import Pool  # imported by the first call

    return Pool(network)


def _open_async_pool(network: Network, transport: TransportName) -> AsyncPool | AiohttpPool:
    if transport == "aiohttp":
        from clerk_core.transport.aiohttp_pool import AiohttpPool

        return AiohttpPool(network)
    from clerk_core.transport.async_pool import AsyncPool

    return AsyncPool(network)


def _check_http_client(client: object, kind: type[H]) -> H:
    if not isinstance(client, kind):
        raise InvalidArgument("http_client", f"expected an httpx.{kind.__name__}, got {type(client).__name__}")
    return client


def _check_transport(transport: TransportName, http_client: httpx.AsyncClient | None) -> TransportName:
    if transport not in get_args(TransportName):
        raise InvalidArgument("transport", f"expected one of {', '.join(map(repr, get_args(TransportName)))}")
    if transport == "aiohttp":
        if http_client is not None:
            raise InvalidArgument("transport", "cannot be combined with http_client, which has a transport")
        from importlib.util import find_spec

        if find_spec("aiohttp") is None:
            raise ImportError('transport="aiohttp" needs aiohttp: pip install "clerkkit[aiohttp]"')
    return transport


@cache
def _default_headers() -> httpx.Headers:
    """Return httpx's default headers; `Accept-Encoding` depends on the installed decoders."""
    return httpx.Client(transport=httpx.BaseTransport(), trust_env=False).headers


def _check_deadline(at_most: float | None, end: float | None, parts: Iterator[bytes]) -> Iterator[bytes]:
    for part in parts:
        # A server that sends its body slowly may keep within the timeout of each read.
        if at_most is not None and end is not None and time.monotonic() > end:
            raise failures.DeadlineExceeded(deadline_message(at_most))
        yield part
