"""Sends requests of the proxy, and streams the responses."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from clerkkit.integrations.frontend_proxy.rules import REQUEST_FAILED, Failure, Forwarding, Headers, ProxyRules

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
"""Seconds to connect, and between two parts of a request or response."""

log = logging.getLogger("clerkkit")


class ProxiedResponse:
    """A response of the Frontend API or of the proxy, whose body is read while it is iterated."""

    def __init__(self, status: int, headers: Headers, chunks: Iterator[bytes], close: Callable[[], None]) -> None:
        self.status = status
        self.headers = headers
        self.close = close
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks


class AsyncProxiedResponse:
    """The same as `ProxiedResponse`, for async code."""

    def __init__(
        self, status: int, headers: Headers, chunks: AsyncIterator[bytes], aclose: Callable[[], Awaitable[None]]
    ) -> None:
        self.status = status
        self.headers = headers
        self.aclose = aclose
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks


def create_client() -> httpx.Client:
    """Return a client that keeps no cookies, since its requests belong to many users."""
    return httpx.Client(timeout=_TIMEOUT, cookies=_create_empty_jar())


def create_async_client() -> httpx.AsyncClient:
    """Return an async client that keeps no cookies."""
    return httpx.AsyncClient(timeout=_TIMEOUT, cookies=_create_empty_jar())


def _create_empty_jar() -> CookieJar:
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


def send(
    client: httpx.Client, rules: ProxyRules, forwarding: Forwarding | Failure, body: Iterator[bytes]
) -> ProxiedResponse:
    """Send a request, and return the response, which must be closed."""
    if isinstance(forwarding, Failure):
        return _fail(forwarding)
    content = body if forwarding.has_body else None
    try:
        request = client.build_request(forwarding.method, forwarding.url, headers=forwarding.headers, content=content)
        response = client.send(request, stream=True)
    except httpx.HTTPError as error:
        _log_failure(error)
        return _fail(REQUEST_FAILED)
    headers = rules.return_headers(forwarding, response.headers.multi_items())
    return ProxiedResponse(response.status_code, headers, response.iter_bytes(), response.close)


async def send_async(
    client: httpx.AsyncClient, rules: ProxyRules, forwarding: Forwarding | Failure, body: AsyncIterator[bytes]
) -> AsyncProxiedResponse:
    """Send a request, and return the response, which must be closed."""
    if isinstance(forwarding, Failure):
        return _fail_async(forwarding)
    content = body if forwarding.has_body else None
    try:
        request = client.build_request(forwarding.method, forwarding.url, headers=forwarding.headers, content=content)
        response = await client.send(request, stream=True)
    except httpx.HTTPError as error:
        _log_failure(error)
        return _fail_async(REQUEST_FAILED)
    headers = rules.return_headers(forwarding, response.headers.multi_items())
    return AsyncProxiedResponse(response.status_code, headers, response.aiter_bytes(), response.aclose)


def _log_failure(error: httpx.HTTPError) -> None:
    log.warning("the Frontend API did not respond to the proxy: %s", type(error).__name__)


def _fail(failure: Failure) -> ProxiedResponse:
    return ProxiedResponse(failure.status, failure.headers, iter([failure.body]), lambda: None)


def _fail_async(failure: Failure) -> AsyncProxiedResponse:
    async def chunks() -> AsyncIterator[bytes]:
        yield failure.body

    async def aclose() -> None:
        """Close nothing."""

    return AsyncProxiedResponse(failure.status, failure.headers, chunks(), aclose)
