"""`Client` and `AsyncClient`: the only place that touches the network, and the only module that names httpx."""

from __future__ import annotations

import platform
from collections.abc import Hashable, Mapping
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import httpx

from clerk_core._version import __version__
from clerk_core.checks import seconds
from clerk_core.connections import Connections, this_loop, this_process
from clerk_core.errors import ConnectionFailed, InvalidArgument, TimedOut, TransportError
from clerk_core.request import Request
from clerk_core.response import Detailed, Response

T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)

DEFAULT_BASE_URL = "https://api.clerk.com/v1"
DEFAULT_TIMEOUT = 30.0

_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class _Base(Generic[H]):
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
            base_url: Where the API is, with its version path.
            timeout: Seconds to wait for a connection, and for each read and write. Default: 30, or what
                `http_client` is set to.
            http_client: An httpx client of your own, for proxies, transports and the like. It stays yours to close.

        Raises:
            InvalidArgument: The key cannot be sent in a header, the URL is no http(s) URL, or the timeout is not
                a positive number.
        """
        self._secret_key = _checked_key(secret_key)
        self._base_url = _checked_url(base_url)
        self._timeout = None if timeout is None else seconds("timeout", timeout)
        self._connections: Connections[H] = Connections(self._open, self._where, http_client)
        self._headers: Mapping[str, str] = {}
        self._prepared: tuple[httpx.Headers, dict[str, float | None]] | None = None

    @property
    def base_url(self) -> str:
        """Where the API is."""
        return self._base_url

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    @staticmethod
    def _open() -> H:
        raise NotImplementedError

    @staticmethod
    def _where() -> Hashable:
        raise NotImplementedError

    def _prepare(self, http: H) -> tuple[httpx.Headers, dict[str, float | None]]:
        """Headers and timeouts that are the same for every request of this client."""
        headers = httpx.Headers(http.headers)
        headers.update(self._headers)
        headers["Accept"] = "application/json"
        headers["Authorization"] = f"Bearer {self._secret_key}"
        headers["User-Agent"] = f"clerkkit/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"
        if self.api_version is not None:
            headers["Clerk-API-Version"] = self.api_version
        if self._timeout is not None:
            timeout = httpx.Timeout(self._timeout)
        else:
            timeout = http.timeout if self._connections.given is not None else httpx.Timeout(DEFAULT_TIMEOUT)
        return headers, timeout.as_dict()

    def _build(self, http: H, request: Request[Any], at_most: float | None) -> httpx.Request:
        if self._prepared is None:
            self._prepared = self._prepare(http)
        common, timeout = self._prepared
        if at_most is not None:
            timeout = {phase: at_most if limit is None else min(limit, at_most) for phase, limit in timeout.items()}
        extensions = {"timeout": timeout}
        headers = httpx.Headers(common)
        url = self._base_url + request.path
        if request.query:
            url = f"{url}?{request.query}"
        if request.files or request.fields:
            return httpx.Request(
                request.method,
                url,
                headers=headers,
                data=request.fields,
                files={name: (file.filename, file.content, file.content_type) for name, file in request.files.items()},
                extensions=extensions,
            )
        if request.content:
            headers["Content-Type"] = "application/json"
        return httpx.Request(request.method, url, headers=headers, content=request.content, extensions=extensions)

    def _response(self, answer: httpx.Response) -> Response:
        content = answer.content
        if answer.status_code >= 400 and self._secret_key.encode() in content:
            # A proxy's error page may show the request that it got.
            content = content.replace(self._secret_key.encode(), b"[secret key]")
        return Response(answer.status_code, answer.headers, content)

    def _failure(self, request: Request[Any], error: httpx.HTTPError) -> TransportError:
        reached = not isinstance(error, _NEVER_CONNECTED)
        # The cause stays, for its traceback; its request, which holds the key, does not.
        error.request = httpx.Request(request.method, self._base_url)
        problem = str(error) or type(error).__name__
        kind = TimedOut if isinstance(error, httpx.TimeoutException) else ConnectionFailed
        return kind(f"{problem} ({type(error).__name__})" if str(error) else problem, request.info, reached=reached)


class Client(_Base[httpx.Client]):
    """Sends requests and waits. Share one between threads; close it, or use it in a `with` block."""

    @staticmethod
    def _open() -> httpx.Client:
        return httpx.Client()

    @staticmethod
    def _where() -> Hashable:
        return this_process()

    def send(self, request: Request[T]) -> T:
        """Send a request and give the value that it is typed for.

        Raises:
            ApiError: The server answered with no success; one class per status.
            TransportError: No whole answer came back.
            ClientClosed: The client was closed before.
        """
        return request.decode(self._exchange(request))

    def send_detailed(self, request: Request[T]) -> Detailed[T]:
        """Like `send`, with status, headers, raw bytes and trace id beside the value."""
        response = self._exchange(request)
        return Detailed(response, request.decode(response))

    def _exchange(self, request: Request[Any]) -> Response:
        """One request, its answer whatever its status: what a client with a policy of its own overrides."""
        return self._attempt(request)

    def _attempt(self, request: Request[Any], at_most: float | None = None) -> Response:
        """Over the wire once, each phase within `at_most` seconds."""
        http = self._connections.get()
        try:
            return self._response(http.send(self._build(http, request, at_most), auth=None, follow_redirects=False))
        except httpx.HTTPError as error:
            raise self._failure(request, error) from error

    def close(self) -> None:
        """Close the connections; an httpx client that was given stays open. May be called twice."""
        http = self._connections.close()
        if http is not None:
            http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Base[httpx.AsyncClient]):
    """Sends requests without blocking the loop. Share one between tasks; close it, or use an `async with` block."""

    @staticmethod
    def _open() -> httpx.AsyncClient:
        return httpx.AsyncClient()

    @staticmethod
    def _where() -> Hashable:
        return this_loop()

    async def send(self, request: Request[T]) -> T:
        """Send a request and give the value that it is typed for.

        Raises:
            ApiError: The server answered with no success; one class per status.
            TransportError: No whole answer came back.
            ClientClosed: The client was closed before.
        """
        return request.decode(await self._exchange(request))

    async def send_detailed(self, request: Request[T]) -> Detailed[T]:
        """Like `send`, with status, headers, raw bytes and trace id beside the value."""
        response = await self._exchange(request)
        return Detailed(response, request.decode(response))

    async def _exchange(self, request: Request[Any]) -> Response:
        """One request, its answer whatever its status: what a client with a policy of its own overrides."""
        return await self._attempt(request)

    async def _attempt(self, request: Request[Any], at_most: float | None = None) -> Response:
        """Over the wire once, each phase within `at_most` seconds."""
        http = self._connections.get()
        built = self._build(http, request, at_most)
        try:
            return self._response(await http.send(built, auth=None, follow_redirects=False))
        except httpx.HTTPError as error:
            raise self._failure(request, error) from error

    async def aclose(self) -> None:
        """Close the connections; an httpx client that was given stays open. May be called twice."""
        http = self._connections.close()
        if http is not None:
            await http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _checked_key(key: object) -> str:
    if not isinstance(key, str):
        raise InvalidArgument("secret_key", f"expected a string such as sk_test_..., got {type(key).__name__}")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidArgument("secret_key", "expected visible ASCII characters without spaces or line ends")
    return key


def _checked_url(url: object) -> str:
    try:
        parsed = httpx.URL(url) if isinstance(url, str) else None
    except httpx.InvalidURL:
        parsed = None
    if parsed is None or parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise InvalidArgument("base_url", f"expected an http(s) URL without query, such as {DEFAULT_BASE_URL}")
    return str(url).rstrip("/")
