"""`Client` and `AsyncClient`: what sends requests and reads responses; `transport` holds the connections."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache, partial
from importlib.util import find_spec
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Generic, Literal, Self, TypeVar, get_args

import httpx

from clerk_core._version import __version__
from clerk_core.checks import seconds, visible_key
from clerk_core.connections import Connections, this_loop, this_process
from clerk_core.defaults import DEFAULT_BASE_URL, DEFAULT_TIMEOUT, VERSION_PATH
from clerk_core.errors import ApiError, ConnectionFailed, InvalidArgument, TimedOut, TransportError, overdue
from clerk_core.listing import Listed
from clerk_core.logs import Unlogged
from clerk_core.request import Request
from clerk_core.response import Detailed, Response
from clerk_core.transport.borrowed import AsyncBorrowedClient, BorrowedClient
from clerk_core.transport.network import Network
from clerk_core.walks import OpenWalks

if TYPE_CHECKING:
    from clerk_core.transport.aiohttp_pool import AiohttpPool
    from clerk_core.transport.async_pool import AsyncPool
    from clerk_core.transport.pool import Pool

T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)

TransportName = Literal["httpx", "aiohttp"]
"""What opens the connections of an `AsyncClient`."""

_NO_BODY = ("GET", "DELETE")

_HIDDEN = "[secret key]"
# httpx reads where a redirect leads even when it is not to follow it, and lets idna's errors (ValueErrors) through.
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError)
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

_PHASES: dict[type[Exception], tuple[str, str]] = {
    httpx.PoolTimeout: ("pool", "waiting for a free connection to"),
    httpx.ConnectTimeout: ("connect", "connecting to"),
    httpx.WriteTimeout: ("write", "sending the request to"),
    httpx.ReadTimeout: ("read", "waiting for the response of"),
}
"""What each timeout is about: its name in httpx's settings, and in words."""


class _Overdue(httpx.ReadTimeout):
    """The response is not complete although its parts arrive in time."""


class _OwnURL(Unlogged, httpx.URL):
    """The URL of a request of ours."""


class _Base(Listed, Generic[H]):
    """What both clients share: configuration, and the way from a `Request` to httpx and back."""

    api_version: ClassVar[str | None] = None
    """The value of `Clerk-API-Version`; generated clients send the version that they were made from."""

    def __init__(
        self,
        secret_key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float | None = None,
        http_client: H | None = None,
    ) -> None:
        """Nothing is opened here: connections come with the first call.

        Args:
            secret_key: The instance's secret key, `sk_test_...` or `sk_live_...`.
            base_url: Where the API is; `/v1` is added to a URL without a path.
            timeout: Seconds to wait for a connection, and for each read and write. Default: 30, or what
                `http_client` is set to.
            http_client: An httpx client of your own, for proxies, transports and the like. It stays yours to close.

        Raises:
            InvalidArgument: The key cannot be sent in a header, the URL is no http(s) URL, or the timeout is not
                a positive number.
        """
        self._secret_key = visible_key(secret_key)
        self._base_url = checked_url(base_url)
        self._timeout = None if timeout is None else seconds("timeout", timeout)
        self._http_client: H | None = http_client
        self._connect(http_client)
        self._walks = OpenWalks()
        """The walks over pages that are open on this client and its views."""
        self._headers: Mapping[str, str] = {}
        self._prepared: tuple[httpx.Headers, dict[str, float | None]] | None = None

    def _connect(self, http_client: H | None) -> None:
        """Set `_connections`. What opens them must not hold this client, which would then outlive its last use."""
        raise NotImplementedError

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self._base_url

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def _prepare(self) -> tuple[httpx.Headers, dict[str, float | None]]:
        """Headers and timeouts that are the same for every request of this client."""
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
        common, timeout = self._prepared
        if at_most is not None:
            timeout = {phase: at_most if limit is None else min(limit, at_most) for phase, limit in timeout.items()}
        extensions = {"timeout": timeout}
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
            # With `content`, httpx would work out what headers no body needs, and make all of them again.
            nothing = httpx.ByteStream(b"")
            built = httpx.Request(request.method, url, headers=common, stream=nothing, extensions=extensions)
            built.read()  # so that a hook or transport of the user's may ask for `content`
            return built
        headers = httpx.Headers(common)
        if request.content:
            headers["Content-Type"] = "application/json"
        return httpx.Request(request.method, url, headers=headers, content=request.content, extensions=extensions)

    def _read(self, request: Request[T], response: Response) -> T:
        if request.method == "DELETE":
            self._walks.deleted(request.path)
        try:
            return request.decode(response)
        except ApiError:
            self._hide_key(response)
            raise

    def _hide_key(self, response: Response) -> None:
        """Mask the key where a proxy's error page shows the request. A success is the user's data, and left alone."""
        # Not in `_read`, whose variables tools that print tracebacks show.
        key = self._secret_key.encode()
        response.content = response.content.replace(key, _HIDDEN.encode())
        headers = httpx.Headers(response.headers).raw
        response.headers = httpx.Headers([(name, value.replace(key, _HIDDEN.encode())) for name, value in headers])

    def _failure(self, request: Request[Any], sent: httpx.Request, error: Exception) -> TransportError:
        reached = not isinstance(error, _NEVER_CONNECTED)
        if isinstance(error, httpx.HTTPError):
            # The cause stays, for its traceback; its request, which holds the key, does not.
            error.request = httpx.Request(request.method, self._base_url)
        cause: BaseException | None = error
        while cause is not None:  # the message of a parser quotes what it could not read
            if any(isinstance(a, str) and self._secret_key in a for a in cause.args):
                cause.args = tuple(str(a).replace(self._secret_key, _HIDDEN) for a in cause.args)
            cause = cause.__cause__ or cause.__context__
        kind = TimedOut if isinstance(error, httpx.TimeoutException) else ConnectionFailed
        return kind(_problem(error, sent), request.info, reached=reached)


class Client(_Base[httpx.Client]):
    """Sends requests and waits. Share one between threads; close it, or use it in a `with` block."""

    _connections: Connections[Pool | BorrowedClient]

    def _connect(self, http_client: httpx.Client | None) -> None:
        given = None if http_client is None else BorrowedClient(_checked_client(http_client, httpx.Client))
        opened = None if given else partial(_open, Network.from_environment(self._base_url))
        self._connections = Connections(type(self).__name__, opened, this_process, given)

    def send(self, request: Request[T]) -> T:
        """Send a request and give the value that it is typed for.

        Raises:
            ApiError: The server answered with no success; one class per status.
            TransportError: No whole answer came back.
            ClientClosed: The client was closed before.
        """
        return self._read(request, self._exchange(request))

    def send_detailed(self, request: Request[T]) -> Detailed[T]:
        """Like `send`, with status, headers, raw bytes and trace id beside the value."""
        response = self._exchange(request)
        return Detailed(response, self._read(request, response))

    def _exchange(self, request: Request[Any]) -> Response:
        """One request, its answer whatever its status: what a client with a policy of its own overrides."""
        return self._attempt(request)

    def _attempt(self, request: Request[Any], at_most: float | None = None) -> Response:
        """Over the wire once, each phase within `at_most` seconds; no part of the body is awaited after those."""
        end = None if at_most is None else time.monotonic() + at_most
        connections = self._connections.get()
        with request.opened_files() as files:
            built = self._build(request, files, at_most)  # outside: a closed file is no failed connection
            built.url = _OwnURL(built.url)
            try:
                with closing(connections.send(built)) as answer:
                    content = b"".join(_within(at_most, end, answer.iter_bytes()))
            except InvalidArgument:  # which is a ValueError: of the certificates that the environment names
                raise
            except _FAILURES as error:
                raise self._failure(request, built, error) from error
        return Response(answer.status_code, answer.headers, content)

    def close(self) -> None:
        """Close the connections; an httpx client that was given stays open. May be called twice."""
        connections = self._connections.close()
        if connections is not None:
            connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Base[httpx.AsyncClient]):
    """Sends requests without blocking the loop. Share one between tasks; close it, or use an `async with` block."""

    _connections: Connections[AsyncPool | AiohttpPool | AsyncBorrowedClient]

    def __init__(
        self,
        secret_key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float | None = None,
        http_client: httpx.AsyncClient | None = None,
        transport: TransportName = "httpx",
    ) -> None:
        """The same arguments as those of `Client`, and one more.

        Args:
            secret_key: The instance's secret key.
            base_url: Where the API is, with its version path.
            timeout: Seconds to wait for a connection, and for each read and write.
            http_client: An httpx client of your own.
            transport: What opens the connections: "httpx", or "aiohttp", which is faster, runs on asyncio only, and
                needs the extra of that name.

        Raises:
            InvalidArgument: As by `Client`; or the transport is unknown, or does not fit to the other arguments.
            ImportError: aiohttp is not installed.
        """
        self._transport: TransportName = _checked_transport(transport, http_client)
        super().__init__(secret_key, base_url=base_url, timeout=timeout, http_client=http_client)

    def _connect(self, http_client: httpx.AsyncClient | None) -> None:
        given = None if http_client is None else AsyncBorrowedClient(_checked_client(http_client, httpx.AsyncClient))
        opened = None
        if given is None:
            network = Network.from_environment(self._base_url)
            if self._transport == "aiohttp" and network.uses_socks:
                raise InvalidArgument("transport", "'aiohttp' cannot use the SOCKS proxy that the environment names")
            opened = partial(_open_async, network, self._transport)
        self._connections = Connections(type(self).__name__, opened, this_loop, given)

    async def send(self, request: Request[T]) -> T:
        """Send a request and give the value that it is typed for.

        Raises:
            ApiError: The server answered with no success; one class per status.
            TransportError: No whole answer came back.
            ClientClosed: The client was closed before.
        """
        return self._read(request, await self._exchange(request))

    async def send_detailed(self, request: Request[T]) -> Detailed[T]:
        """Like `send`, with status, headers, raw bytes and trace id beside the value."""
        response = await self._exchange(request)
        return Detailed(response, self._read(request, response))

    async def _exchange(self, request: Request[Any]) -> Response:
        """One request, its answer whatever its status: what a client with a policy of its own overrides."""
        return await self._attempt(request)

    async def _attempt(self, request: Request[Any], at_most: float | None = None) -> Response:
        """Over the wire once, each phase within `at_most` seconds."""
        connections = self._connections.get()
        with request.opened_files() as files:
            built = self._build(request, files, at_most)  # outside: a closed file is no failed connection
            built.url = _OwnURL(built.url)
            try:
                answer = await connections.send(built)
            except InvalidArgument:  # which is a ValueError: of the certificates that the environment names
                raise
            except _FAILURES as error:
                raise self._failure(request, built, error) from error
        return Response(answer.status_code, answer.headers, answer.content)

    async def aclose(self) -> None:
        """Close the connections; an httpx client that was given stays open. May be called twice."""
        connections = self._connections.close()
        if connections is not None:
            await connections.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _open(network: Network) -> Pool:
    from clerk_core.transport.pool import Pool  # late: making a client opens nothing

    return Pool(network)


def _open_async(network: Network, transport: TransportName) -> AsyncPool | AiohttpPool:
    if transport == "aiohttp":
        from clerk_core.transport.aiohttp_pool import AiohttpPool

        return AiohttpPool(network)
    from clerk_core.transport.async_pool import AsyncPool

    return AsyncPool(network)


def _checked_client(given: object, kind: type[H]) -> H:
    if not isinstance(given, kind):
        raise InvalidArgument("http_client", f"expected an httpx.{kind.__name__}, got {type(given).__name__}")
    return given


def _checked_transport(transport: TransportName, http_client: httpx.AsyncClient | None) -> TransportName:
    if transport not in get_args(TransportName):
        raise InvalidArgument("transport", f"expected one of {', '.join(map(repr, get_args(TransportName)))}")
    if transport == "aiohttp":
        if http_client is not None:
            raise InvalidArgument("transport", "cannot be chosen for an http_client, which has its own")
        if find_spec("aiohttp") is None:
            raise ImportError('transport="aiohttp" needs aiohttp: pip install "clerkkit[aiohttp]"')
    return transport


@cache
def _default_headers() -> httpx.Headers:
    """What httpx sends by default; `Accept-Encoding` tells what it can decode here."""
    return httpx.Client(transport=httpx.BaseTransport(), trust_env=False).headers


def _within(at_most: float | None, end: float | None, parts: Iterator[bytes]) -> Iterator[bytes]:
    for part in parts:
        # A server that drips keeps within the timeout of each read.
        if at_most is not None and end is not None and time.monotonic() > end:
            raise _Overdue(overdue(at_most))
        yield part


def _problem(error: Exception, sent: httpx.Request) -> str:
    """What happened, with the host, and for a timeout the phase and its seconds."""
    host = sent.url.netloc.decode("ascii")
    name = type(error).__name__
    if type(error) in _PHASES:
        phase, doing = _PHASES[type(error)]
        limit = sent.extensions["timeout"][phase]
        after = "" if limit is None else f" after {limit:.3g} s"
        return f"timed out{after} {doing} {host} ({name})"
    if isinstance(error, _Overdue):
        return str(error)
    said = f"{error} ({name})" if str(error) else name
    return f"no connection to {host}: {said}" if isinstance(error, httpx.ConnectError) else said


def checked_url(url: object) -> str:
    """Return the base URL without a slash at its end; `/v1` is added to one without a path.

    Raises:
        InvalidArgument: it is no http(s) URL, or has a login, a query or white space.
    """
    parsed = _parsed_base(url) if isinstance(url, str) else None
    if parsed is None or not isinstance(url, str):
        raise InvalidArgument(
            "base_url", f"expected an http(s) URL without login and query, such as {DEFAULT_BASE_URL}"
        )
    base = url.rstrip("/")
    return base if parsed.path.strip("/") else base + VERSION_PATH


def _parsed_base(url: str) -> httpx.URL | None:
    if any(character in "?#" or character.isspace() for character in url):
        return None
    try:
        parsed = httpx.URL(url)
        # A login would be sent in the place of the secret key.
        fits = parsed.scheme in ("http", "https") and parsed.host and not parsed.userinfo
    except (httpx.InvalidURL, ValueError):  # idna's own errors come through httpx as they are
        return None
    return parsed if fits else None
