"""`Clerk` and `AsyncClerk`: the generated clients with a policy. What they decide is decided in `retry.py`, once."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from clerk_core import UNSET, ClerkError, Page, Request, Response, TimedOut, TransportError, Unset
from clerk_core.client import TransportName
from clerk_core.errors import overdue
from clerk_core.pages import PAGE_SIZE, Pager, iterate, iterate_async
from clerkkit import bulk, settings
from clerkkit.async_resources import AsyncResources
from clerkkit.drift import Drift
from clerkkit.flow import drive, drive_async
from clerkkit.options import Options, any_request, brief
from clerkkit.rate_limit import RateLimitOptions
from clerkkit.resources import Resources
from clerkkit.retry import Outcome, Policy, Step, Wait, attempts

if TYPE_CHECKING:
    import httpx

    from clerkkit.async_resources.webhooks import AsyncWebhooks
    from clerkkit.auth import AsyncAuth, Auth
    from clerkkit.resources.webhooks import Webhooks

T = TypeVar("T")
P = ParamSpec("P")


class Clerk(Options, Resources):
    """Clerk's Backend API, with retries, pagination and bulk calls. Share one between threads.

    Close it, or use it in a `with` block.
    """

    def __init__(
        self,
        secret_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        max_retries: int = Policy().max_retries,
        deadline: float = Policy().deadline,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        http_client: httpx.Client | None = None,
        allow_http: bool = False,
        on_drift: Callable[[list[Drift]], object] | None = None,
        strict: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Nothing is opened here: connections come with the first call.

        Args:
            secret_key: The instance's secret key. Default: the environment's `CLERK_SECRET_KEY`.
            base_url: Where the API is; `/v1` is added to a URL without a path. Default: the environment's
                `CLERK_API_URL`, else https://api.clerk.com/v1.
            timeout: Seconds to wait for a connection, and for each read and write. Default: 30.
            max_retries: Tries after the first one, where trying again is safe.
            deadline: Seconds for a call with all its tries and waits, from its turn on where there is a `rate_limit`.
                (`Clerk` looks at the clock between the parts of a body: one read more may take another `timeout`.)
            rate_limit: Keep to so many requests in so many seconds, such as `(100, 10)`. Default: no limit.
            http_client: An httpx client of your own. It stays yours to close.
            allow_http: Allow plain http to another machine.
            on_drift: Called with the departures from the contract of each response that has any, errors included,
                before the response is decoded. A plain function; it runs in the thread or task of the call, and what it
                raises comes out of the call. Responses that are retried are not compared.
            strict: Raise `DriftDetected` if a successful response departs, after `on_drift`: for tests. An error
                response raises its own `ApiError`, with the departures as notes.
            clock: Returns the current Unix time in seconds; tokens, handshakes and webhooks are verified at that time.
                Timeouts and deadlines do not follow it. Default: the machine's clock.

        Raises:
            InvalidArgument: an argument makes no sense; it is named.
        """
        super().__init__(
            settings.secret_key(secret_key),
            base_url=settings.base_url(base_url, allow_http=allow_http),
            timeout=timeout,
            http_client=http_client,
        )
        self._configure(Policy(max_retries=max_retries, deadline=deadline), rate_limit, on_drift, strict, clock)

    @cached_property
    def auth(self) -> Auth:
        """Verify tokens and authenticate requests. Needs the extra `auth`. Views share the signing keys."""
        from clerkkit.auth.client import SEND_ONCE_SECONDS, Auth, AuthState

        once = brief(self, SEND_ONCE_SECONDS)
        return Auth(self, once, self._shared.setdefault("auth", AuthState(self._clock)), self._secret_key)

    @cached_property
    def webhooks(self) -> Webhooks:
        """`verify` for what Clerk delivers, and the operations of `webhooks`, which administer deliveries."""
        from clerkkit.resources.webhooks import Webhooks

        return Webhooks(self, self._clock)

    def _exchange(self, request: Request[Any]) -> Response:
        def do(step: Step) -> Outcome | None:
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                return None
            try:
                return self._attempt(request, step.at_most)
            except TransportError as error:
                return error

        return drive(do, attempts(self._policy, request, self._turn))

    @overload
    def paginate(self, endpoint: Callable[P, Request[list[T]]], *args: P.args, **filters: P.kwargs) -> Iterator[T]: ...
    @overload
    def paginate(self, endpoint: Callable[P, Request[Page[T]]], *args: P.args, **filters: P.kwargs) -> Iterator[T]: ...
    def paginate(self, endpoint: Callable[..., Request[Any]], *args: Any, **filters: Any) -> Iterator[Any]:
        """All results of a list operation, fetched page by page as they are asked for.

        Get all of them with `list(...)` before you delete any.

        Args:
            endpoint: An endpoint function of `clerk_bapi.api` with a `limit`, such as `list_users`.
            *args: Its ids.
            **filters: Its other arguments, but for those that a walk sets itself: `limit`, `offset`, `starting_after`.

        Raises:
            InvalidArgument: the operation has no pages, or an argument cannot be sent, such as an empty list.
            ApiError: a page was refused, or could not be read (`InvalidResponse`).
        """
        return iterate(self, Pager(endpoint, filters, PAGE_SIZE, args))

    def map(
        self,
        requests: Iterable[Request[T]],
        *,
        concurrency: int = 8,
        progress: Callable[[int], object] | None = None,
    ) -> Iterator[T | ClerkError]:
        """Send many requests at a time, on threads; results come in order, and an error is a result.

        `error.failed_request` is the request that brought an error, to send it again.

        Requests are taken as results are: no more than a few rounds of `concurrency` are ever under way. Ctrl-C sends
        no more of them, and waits for those under way.

        Args:
            requests: Any number of requests, a generator too.
            concurrency: How many are sent at a time.
            progress: Called with the number of results so far, after each.
        """
        return bulk.on_threads(self.send, requests, concurrency, progress)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
    ) -> Any:
        """Call what the contract lacks, with this client's key and policy; the answer is plain JSON.

        Args:
            method: The HTTP method.
            path: The path below the base URL, such as `/users`.
            query: Query parameters; a list repeats its key.
            json: The body.

        Raises:
            ApiError: the answer is no success.
        """
        return self.send(any_request(method, path, query, json))


class AsyncClerk(Options, AsyncResources):
    """Clerk's Backend API for asyncio and trio, with retries, pagination and bulk calls. Share one between tasks.

    Close it, or use it in an `async with` block.
    """

    def __init__(
        self,
        secret_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        max_retries: int = Policy().max_retries,
        deadline: float = Policy().deadline,
        rate_limit: RateLimitOptions | tuple[int, float] | None = None,
        http_client: httpx.AsyncClient | None = None,
        allow_http: bool = False,
        on_drift: Callable[[list[Drift]], object] | None = None,
        strict: bool = False,
        clock: Callable[[], float] = time.time,
        transport: TransportName = "httpx",
    ) -> None:
        """The same arguments as those of `Clerk`, with an `httpx.AsyncClient` for `http_client`, and one more.

        Args:
            transport: What opens the connections: "httpx", or "aiohttp", which is several times faster where many
                tasks share a client, runs on asyncio only, and needs the extra of that name.

        Raises:
            InvalidArgument: as by `Clerk`; or the transport is unknown, or does not fit to the other arguments.
            ImportError: aiohttp is not installed.
        """
        super().__init__(
            settings.secret_key(secret_key),
            base_url=settings.base_url(base_url, allow_http=allow_http),
            timeout=timeout,
            http_client=http_client,
            transport=transport,
        )
        self._configure(Policy(max_retries=max_retries, deadline=deadline), rate_limit, on_drift, strict, clock)

    @cached_property
    def auth(self) -> AsyncAuth:
        """Verify tokens and authenticate requests. Needs the extra `auth`. Views share the signing keys."""
        from clerkkit.auth.client import SEND_ONCE_SECONDS, AsyncAuth, AuthState

        once = brief(self, SEND_ONCE_SECONDS)
        return AsyncAuth(self, once, self._shared.setdefault("auth", AuthState(self._clock)), self._secret_key)

    @cached_property
    def webhooks(self) -> AsyncWebhooks:
        """`verify` for what Clerk delivers, and the operations of `webhooks`, which administer deliveries."""
        from clerkkit.async_resources.webhooks import AsyncWebhooks

        return AsyncWebhooks(self, self._clock)

    async def _exchange(self, request: Request[Any]) -> Response:
        import anyio

        async def do(step: Step) -> Outcome | None:
            if isinstance(step, Wait):
                await anyio.sleep(step.seconds)
                return None
            try:
                with anyio.move_on_after(step.at_most):
                    return await self._attempt(request, step.at_most)
            except TransportError as error:
                return error
            return TimedOut(overdue(step.at_most), request.info)

        return await drive_async(do, attempts(self._policy, request, self._turn))

    @overload
    def paginate(
        self, endpoint: Callable[P, Request[list[T]]], *args: P.args, **filters: P.kwargs
    ) -> AsyncIterator[T]: ...
    @overload
    def paginate(
        self, endpoint: Callable[P, Request[Page[T]]], *args: P.args, **filters: P.kwargs
    ) -> AsyncIterator[T]: ...
    def paginate(self, endpoint: Callable[..., Request[Any]], *args: Any, **filters: Any) -> AsyncIterator[Any]:
        """All results of a list operation, fetched page by page as they are asked for; see `Clerk.paginate`."""
        return iterate_async(self, Pager(endpoint, filters, PAGE_SIZE, args))

    def map(
        self,
        requests: Iterable[Request[T]],
        *,
        concurrency: int = 8,
        progress: Callable[[int], object] | None = None,
    ) -> AsyncIterator[T | ClerkError]:
        """Send many requests at a time, in tasks; results come in order, and an error is a result.

        `error.failed_request` is the request that brought an error, to send it again.

        Requests are taken as results are: no more than a few rounds of `concurrency` are ever under way.

        Args:
            requests: Any number of requests, a generator too.
            concurrency: How many are sent at a time.
            progress: Called with the number of results so far, after each.
        """
        return bulk.in_tasks(self.send, requests, concurrency, progress)

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Mapping[str, Any] | Collection[Any] | Unset = UNSET,
    ) -> Any:
        """Call what the contract lacks, with this client's key and policy; see `Clerk.request`."""
        return await self.send(any_request(method, path, query, json))
