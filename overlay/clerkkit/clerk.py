"""`Clerk` and `AsyncClerk`: the generated clients with retries, rate limiting, pagination and bulk calls."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from clerk_core import UNSET, ClerkError, Request, Response, TimedOut, TransportError, Unset
from clerk_core.client import TransportName
from clerk_core.errors import deadline_message
from clerk_core.tracebacks import hides_locals
from clerkkit.options import Options, with_single_attempt
from clerkkit.resources import AsyncResources, Resources
from clerkkit.settings import RetryPolicy, resolve_base_url, resolve_secret_key

if TYPE_CHECKING:
    import httpx

    from clerk_core import Model, Page
    from clerkkit.auth import AsyncAuth, Auth
    from clerkkit.call_attempts import CallAttempt
    from clerkkit.drift import Drift
    from clerkkit.rate_limit import RateLimitOptions
    from clerkkit.resources.webhooks import AsyncWebhooks, Webhooks
    from clerkkit.retry import Outcome, Step

T = TypeVar("T")
M = TypeVar("M", bound="Model")
P = ParamSpec("P")


class Clerk(Options, Resources):
    """Clerk's Backend API, with retries, pagination and bulk calls. Share one between threads.

    Close it, or use it in a `with` block.
    """

    @hides_locals
    def __init__(
        self,
        secret_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        max_retries: int = RetryPolicy().max_retries,
        deadline: float = RetryPolicy().deadline,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        http_client: httpx.Client | None = None,
        allow_http: bool = False,
        on_drift: Callable[[list[Drift]], object] | None = None,
        strict: bool = False,
        on_call: Callable[[CallAttempt], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Create a client. Connections are opened by the first call.

        Args:
            secret_key: The instance's secret key. Default: the environment's `CLERK_SECRET_KEY`.
            base_url: The URL of the API; `/v1` is added to a URL without a path. Default: the environment's
                `CLERK_API_URL`, else https://api.clerk.com/v1.
            timeout: Seconds to wait for a connection, and for each read and write. Default: 30.
            max_retries: Retries after the first attempt, where retrying is safe.
            deadline: Seconds for a call, with all of its attempts and delays. With a `rate_limit`, they start when the
                limit allows the first attempt. (`Clerk` checks the clock between the reads of a body, so that the last
                read may add another `timeout`.)
            rate_limit: The number of requests in a number of seconds, such as `(100, 10)`. Default: no limit.
            http_client: An httpx client to send requests with. You close it.
            allow_http: Allow plain http to another machine.
            on_drift: Called with the drifts (differences from the contract) of each response that has any, including
                errors, before the response is decoded. It is a plain function and runs in the thread or task of the
                call, which also raises its exceptions. Responses that are retried are not compared.
            strict: For tests: raise `DriftDetected` if a successful response has drifts, after `on_drift`. An error
                response raises its `ApiError` with the drifts as notes.
            on_call: Called after each attempt of a call with its operation, status, seconds and trace id, for traces
                and metrics. It is a plain function and runs in the thread or task of the call. What it raises is
                logged.
            clock: Returns the current Unix time in seconds, at which tokens, handshakes and webhooks are verified.
                Timeouts and deadlines do not use it. Default: the machine's clock.

        Raises:
            InvalidArgument: an argument is invalid; the error names it.
        """
        super().__init__(
            resolve_secret_key(secret_key),
            base_url=resolve_base_url(base_url, allow_http=allow_http),
            timeout=timeout,
            http_client=http_client,
        )
        self._configure(
            RetryPolicy(max_retries=max_retries, deadline=deadline), rate_limit, on_drift, strict, on_call, clock
        )

    @cached_property
    def auth(self) -> Auth:
        """Verify tokens and authenticate requests. Needs the extra `auth`. Derived clients share its signing keys."""
        from clerkkit.auth.client import SEND_ONCE_SECONDS, Auth, AuthState

        once = with_single_attempt(self, SEND_ONCE_SECONDS)
        return Auth(self, once, self._shared.setdefault("auth", AuthState(self._clock)), self._secret_key)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Verify webhooks with `verify`; the other methods are the operations of `webhooks`."""
        from clerkkit.resources.webhooks import Webhooks

        return Webhooks(self, self._clock)

    def _exchange(self, request: Request[Any]) -> Response:
        from clerkkit.flow import run_flow
        from clerkkit.retry import Wait, send_with_retries

        def do(step: Step) -> Outcome | None:
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                return None
            try:
                return self._attempt(request, step.at_most)
            except TransportError as error:
                return error

        return run_flow(do, send_with_retries(self._policy, request, self._reserve, report=self._report))

    @overload
    def paginate(self, endpoint: Callable[P, Request[list[T]]], *args: P.args, **filters: P.kwargs) -> Iterator[T]: ...
    @overload
    def paginate(self, endpoint: Callable[P, Request[Page[T]]], *args: P.args, **filters: P.kwargs) -> Iterator[T]: ...
    def paginate(self, endpoint: Callable[..., Request[Any]], *args: Any, **filters: Any) -> Iterator[Any]:
        """Iterate over all results of a list operation; pages are fetched as needed.

        Collect them with `list(...)` before you delete any.

        Args:
            endpoint: An endpoint function of `clerk_bapi.api` with a `limit`, such as `list_users`.
            *args: Its ids.
            **filters: Its other arguments, except for `limit`, `offset` and `starting_after`, which select pages.

        Raises:
            InvalidArgument: the operation has no pages, or an argument cannot be sent, such as an empty list.
            ApiError: the server returned an error, or a page could not be read (`InvalidResponse`).
        """
        from clerk_core.pages import Pager, iterate

        return iterate(self, Pager(endpoint, filters, ids=args))

    def map(
        self,
        requests: Iterable[Request[T]],
        *,
        concurrency: int = 8,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[T | ClerkError]:
        """Send many requests concurrently, on threads. Yields results in order; a failed request yields its error.

        `error.failed_request` is the request, which can be sent again.

        Requests are read from `requests` as results are consumed: at most `4 * concurrency` are in flight or queued.
        Ctrl-C waits for the requests in flight and sends no others.

        Args:
            requests: Any number of requests; may be a generator.
            concurrency: The number of requests that are sent at a time.
            progress: Called after each result with the number of results so far.
        """
        from clerkkit.bulk import send_on_threads  # imported when needed

        return send_on_threads(self.send, requests, concurrency, progress)

    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: type[M],
    ) -> M: ...
    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: type[list[M]],
    ) -> list[M]: ...
    @overload
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: None = None,
    ) -> Any: ...
    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: type[M] | type[list[M]] | None = None,
    ) -> M | list[M] | Any:
        """Call an endpoint that the contract lacks; return plain JSON, or a model of it.

        Args:
            method: The HTTP method.
            path: The path below the base URL, such as `/users`.
            query: Query parameters; the key of a list is repeated for each item.
            json: The JSON body.
            model: The class of the result: `clerkkit.models.User`, a list of it (`list[User]`), or a class that you
                derive from `clerk_core.Model`. Default: the result is plain JSON.

        Raises:
            InvalidArgument: method, path, query or body cannot be sent, or `model` is not a class of models.
            ApiError: the server returned an error.
            TransportError: no complete response arrived.
        """
        from clerkkit.api.raw_request import build_raw_request

        return self.send(build_raw_request(method, path, query, json, model))


class AsyncClerk(Options, AsyncResources):
    """Clerk's Backend API for asyncio and trio, with retries, pagination and bulk calls. Share one between tasks.

    Close it, or use it in an `async with` block.
    """

    @hides_locals
    def __init__(
        self,
        secret_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        max_retries: int = RetryPolicy().max_retries,
        deadline: float = RetryPolicy().deadline,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        http_client: httpx.AsyncClient | None = None,
        allow_http: bool = False,
        on_drift: Callable[[list[Drift]], object] | None = None,
        strict: bool = False,
        on_call: Callable[[CallAttempt], object] | None = None,
        clock: Callable[[], float] = time.time,
        transport: TransportName = "httpx",
    ) -> None:
        """Create a client. Takes the arguments of `Clerk`, an `httpx.AsyncClient` for `http_client`, and `transport`.

        Args:
            transport: The library that opens connections: "httpx", or "aiohttp", which is several times faster if many
                tasks share a client, runs on asyncio only, and needs the extra `aiohttp`.

        Raises:
            InvalidArgument: an argument is invalid, or `transport` does not fit the other arguments.
            ImportError: aiohttp is not installed.
        """
        super().__init__(
            resolve_secret_key(secret_key),
            base_url=resolve_base_url(base_url, allow_http=allow_http),
            timeout=timeout,
            http_client=http_client,
            transport=transport,
        )
        self._configure(
            RetryPolicy(max_retries=max_retries, deadline=deadline), rate_limit, on_drift, strict, on_call, clock
        )

    @cached_property
    def auth(self) -> AsyncAuth:
        """Verify tokens and authenticate requests. Needs the extra `auth`. Derived clients share its signing keys."""
        from clerkkit.auth.client import SEND_ONCE_SECONDS, AsyncAuth, AuthState

        once = with_single_attempt(self, SEND_ONCE_SECONDS)
        return AsyncAuth(self, once, self._shared.setdefault("auth", AuthState(self._clock)), self._secret_key)

    @cached_property
    def webhooks(self) -> AsyncWebhooks:
        """Verify webhooks with `verify`; the other methods are the operations of `webhooks`."""
        from clerkkit.resources.webhooks import AsyncWebhooks

        return AsyncWebhooks(self, self._clock)

    async def _exchange(self, request: Request[Any]) -> Response:
        import anyio

        from clerkkit.flow import run_flow_async
        from clerkkit.retry import Wait, send_with_retries

        async def do(step: Step) -> Outcome | None:
            if isinstance(step, Wait):
                await anyio.sleep(step.seconds)
                return None
            try:
                with anyio.move_on_after(step.at_most):
                    return await self._attempt(request, step.at_most)
            except TransportError as error:
                return error
            return TimedOut(deadline_message(step.at_most), request.info)

        return await run_flow_async(do, send_with_retries(self._policy, request, self._reserve, report=self._report))

    @overload
    def paginate(
        self, endpoint: Callable[P, Request[list[T]]], *args: P.args, **filters: P.kwargs
    ) -> AsyncIterator[T]: ...
    @overload
    def paginate(
        self, endpoint: Callable[P, Request[Page[T]]], *args: P.args, **filters: P.kwargs
    ) -> AsyncIterator[T]: ...
    def paginate(self, endpoint: Callable[..., Request[Any]], *args: Any, **filters: Any) -> AsyncIterator[Any]:
        """Iterate over all results of a list operation; see `Clerk.paginate`."""
        from clerk_core.pages import Pager, iterate_async

        return iterate_async(self, Pager(endpoint, filters, ids=args))

    def map(
        self,
        requests: Iterable[Request[T]],
        *,
        concurrency: int = 8,
        progress: Callable[[int], object] | None = None,
    ) -> AsyncIterator[T | ClerkError]:
        """Send many requests concurrently, in tasks. Yields results in order; a failed request yields its error.

        `error.failed_request` is the request, which can be sent again.

        Requests are read from `requests` as results are consumed: at most `4 * concurrency` are in flight or queued.

        Args:
            requests: Any number of requests; may be a generator.
            concurrency: The number of requests that are sent at a time.
            progress: Called after each result with the number of results so far.
        """
        from clerkkit.bulk import send_in_tasks

        return send_in_tasks(self.send, requests, concurrency, progress)

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: type[M],
    ) -> M: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: type[list[M]],
    ) -> list[M]: ...
    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: None = None,
    ) -> Any: ...
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
        model: type[M] | type[list[M]] | None = None,
    ) -> M | list[M] | Any:
        """Call an endpoint that the contract lacks; see `Clerk.request`."""
        from clerkkit.api.raw_request import build_raw_request

        return await self.send(build_raw_request(method, path, query, json, model))
