"""`Client` and `AsyncClient`: the only place that touches the network, and the only module that names httpx."""

from __future__ import annotations

import sys
import time
from collections.abc import Hashable, Iterator, Mapping
from contextlib import closing
from types import TracebackType
from typing import Any, BinaryIO, ClassVar, Generic, Self, TypeVar

import httpx

from clerk_core._version import __version__
from clerk_core.checks import seconds, visible_key
from clerk_core.connections import Connections, this_loop, this_process
from clerk_core.errors import ApiError, ConnectionFailed, InvalidArgument, TimedOut, TransportError
from clerk_core.request import Request
from clerk_core.response import Detailed, Response
from clerk_core.walks import OpenWalks

T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)

VERSION_PATH = "/v1"
DEFAULT_BASE_URL = f"https://api.clerk.com{VERSION_PATH}"
DEFAULT_TIMEOUT = 30.0

_NO_AUTH = httpx.Auth()  # what httpx makes of None, for each call anew
_NO_BODY = ("GET", "DELETE")

# Keep every connection that was opened: httpx would close all but 20 of them, and open them anew under load. More of
# them make each call slower: for each of them, httpcore looks at all of them. At Clerk's 100 calls a second, 32 are
# enough up to 0.3 s a call.
_LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=32)

_HIDDEN = "[secret key]"
# httpx reads where a redirect leads even when it is not to follow it, and lets idna's errors (ValueErrors) through.
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, ValueError)
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class _NoCookies(httpx.Cookies):
    """Stays empty: the key alone tells who calls, and looking for cookies in an answer takes as long as decoding it."""

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


_NO_COOKIES = _NoCookies()


class _HttpClient(httpx.Client):
    @property
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:  # noqa: ARG002  # the name is of httpx
        raise AttributeError("this client keeps no cookies")


class _AsyncHttpClient(httpx.AsyncClient):
    @property
    def cookies(self) -> httpx.Cookies:
        return _NO_COOKIES

    @cookies.setter
    def cookies(self, cookies: object) -> None:  # noqa: ARG002  # the name is of httpx
        raise AttributeError("this client keeps no cookies")


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
            base_url: Where the API is; `/v1` is added to a URL without a path.
            timeout: Seconds to wait for a connection, and for each read and write. Default: 30, or what
                `http_client` is set to.
            http_client: An httpx client of your own, for proxies, transports and the like. It stays yours to close.

        Raises:
            InvalidArgument: The key cannot be sent in a header, the URL is no http(s) URL, or the timeout is not
                a positive number.
        """
        self._secret_key = visible_key(secret_key)
        self._base_url = _checked_url(base_url)
        self._timeout = None if timeout is None else seconds("timeout", timeout)
        self._connections: Connections[H] = Connections(type(self).__name__, self._open, self._where, http_client)
        self.walks = OpenWalks()
        """The walks over pages that are open on this client and its views."""
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
        headers = httpx.Headers({"Host": httpx.URL(self._base_url).netloc.decode("ascii")})
        headers.update(http.headers)
        headers["Accept"] = "application/json"
        headers["Authorization"] = f"Bearer {self._secret_key}"
        headers["User-Agent"] = f"clerkkit/{__version__} python/{sys.version.split()[0]} httpx/{httpx.__version__}"
        if self.api_version is not None:
            headers["Clerk-API-Version"] = self.api_version
        headers.update(self._headers)
        if self._timeout is not None:
            timeout = httpx.Timeout(self._timeout)
        else:
            timeout = http.timeout if self._connections.given is not None else httpx.Timeout(DEFAULT_TIMEOUT)
        return headers, timeout.as_dict()

    def _build(
        self, http: H, request: Request[Any], files: Mapping[str, bytes | BinaryIO], at_most: float | None
    ) -> httpx.Request:
        if self._prepared is None:
            self._prepared = self._prepare(http)
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
            self.walks.deleted(request.path)
        try:
            return request.decode(response)
        except ApiError:
            # A proxy's error page may show the request that it got. A success is the user's own data, and left alone.
            key = self._secret_key
            response.content = response.content.replace(key.encode(), _HIDDEN.encode())
            headers = httpx.Headers(response.headers).raw
            response.headers = httpx.Headers(
                [(name, value.replace(key.encode(), _HIDDEN.encode())) for name, value in headers]
            )
            raise

    def _failure(self, request: Request[Any], error: Exception) -> TransportError:
        reached = not isinstance(error, _NEVER_CONNECTED)
        if isinstance(error, httpx.HTTPError):
            # The cause stays, for its traceback; its request, which holds the key, does not.
            error.request = httpx.Request(request.method, self._base_url)
        cause: BaseException | None = error
        while cause is not None:  # the message of a parser quotes what it could not read
            if any(isinstance(a, str) and self._secret_key in a for a in cause.args):
                cause.args = tuple(str(a).replace(self._secret_key, _HIDDEN) for a in cause.args)
            cause = cause.__cause__ or cause.__context__
        problem = str(error) or type(error).__name__
        kind = TimedOut if isinstance(error, httpx.TimeoutException) else ConnectionFailed
        return kind(f"{problem} ({type(error).__name__})" if str(error) else problem, request.info, reached=reached)


class Client(_Base[httpx.Client]):
    """Sends requests and waits. Share one between threads; close it, or use it in a `with` block."""

    @staticmethod
    def _where() -> Hashable:
        return this_process()

    @staticmethod
    def _open() -> httpx.Client:
        return _HttpClient(limits=_LIMITS)

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
        http = self._connections.get()
        with request.opened_files() as files:
            built = self._build(http, request, files, at_most)  # outside: a closed file is no failed connection
            try:
                with closing(http.send(built, auth=_NO_AUTH, follow_redirects=False, stream=True)) as answer:
                    content = b"".join(_until(end, answer.iter_bytes()))
            except _FAILURES as error:
                raise self._failure(request, error) from error
        return Response(answer.status_code, answer.headers, content)

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
    def _where() -> Hashable:
        return this_loop()

    @staticmethod
    def _open() -> httpx.AsyncClient:
        return _AsyncHttpClient(limits=_LIMITS)

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
        http = self._connections.get()
        with request.opened_files() as files:
            built = self._build(http, request, files, at_most)  # outside: a closed file is no failed connection
            try:
                answer = await http.send(built, auth=_NO_AUTH, follow_redirects=False)
            except _FAILURES as error:
                raise self._failure(request, error) from error
        return Response(answer.status_code, answer.headers, answer.content)

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


def _until(end: float | None, parts: Iterator[bytes]) -> Iterator[bytes]:
    for part in parts:
        # A server that drips keeps within the timeout of each read.
        if end is not None and time.monotonic() > end:
            raise httpx.ReadTimeout("the answer was not whole in time")
        yield part


def _checked_url(url: object) -> str:
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
