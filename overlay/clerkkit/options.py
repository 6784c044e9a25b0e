"""Options of `Clerk` and `AsyncClerk`: retries, rate limiting, drift reports, headers; and derived clients."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from clerk_core import UNSET, ApiError, InvalidArgument, Request, Response, Unset
from clerk_core.checks import check_seconds, check_secret_key
from clerk_core.deprecation import old_name
from clerk_core.guards import is_mapping
from clerkkit.settings import RetryPolicy, check_clock, check_policy, resolve_secret_key

T = TypeVar("T")

_RESERVED_HEADERS = ("accept", "authorization", "content-length", "content-type", "host", "transfer-encoding")

if TYPE_CHECKING:
    from clerkkit.call_attempts import CallHook
    from clerkkit.drift import Drift
    from clerkkit.drift.monitor import DriftMonitor
    from clerkkit.rate_limit import RateLimitOptions
    from clerkkit.retry import Report
    from clerkkit.webhooks import WebhookEvent
    from clerkkit.webhooks.headers import Headers as WebhookHeaders

    class _Client:
        """The members of the client that `Options` needs."""

        _headers: Mapping[str, str]
        _timeout: float | None
        _secret_key: str

        def _derive(self) -> Self:
            raise NotImplementedError

        def _read(self, request: Request[T], response: Response) -> T:
            raise NotImplementedError
else:
    _Client = object


class Options(_Client):
    """A mixin for both clients."""

    _policy: RetryPolicy
    _reserve: Callable[[float], float | None] | None
    _monitor: DriftMonitor | None
    _report: Report | None
    _clock: Callable[[], float]
    _shared: dict[str, Any]
    """Created lazily; shared with derived clients."""

    def _configure(
        self,
        policy: RetryPolicy,
        rate_limit: RateLimitOptions | tuple[int, float] | None,
        on_drift: Callable[[list[Drift]], object] | None,
        strict: bool,
        on_call: CallHook | None,
        clock: Callable[[], float],
    ) -> None:
        self._clock = check_clock(clock)
        self._policy = check_policy(policy)
        self._reserve = None
        if rate_limit is not None:
            from clerkkit.rate_limit import RateLimiter, check_rate_limit  # imported when needed, as below

            self._reserve = RateLimiter(check_rate_limit(rate_limit)).reserve
        self._monitor = None
        if on_drift is not None or strict is not False:
            from clerkkit.drift.monitor import DriftMonitor

            self._monitor = DriftMonitor(on_drift, strict=strict)
        self._report = None
        if on_call is not None:
            from clerkkit.call_attempts import CallReporter

            self._report = CallReporter(on_call).report
        self._shared = {}

    def _read(self, request: Request[T], response: Response) -> T:
        if self._monitor is None:
            return super()._read(request, response)
        drifts = self._monitor.report(request, response)
        try:
            return super()._read(request, response)
        except ApiError as error:
            for drift in drifts:
                error.add_note(f"drift: {drift}")
            raise

    @old_name("`clerk.verify_webhook` was renamed to `clerk.webhooks.verify`")
    def verify_webhook(
        self,
        body: bytes | bytearray,
        headers: WebhookHeaders,
        secret: str | Collection[str] | None = None,
        *,
        tolerance: float = 300,
    ) -> WebhookEvent:
        """The old name of `clerk.webhooks.verify`."""
        from clerkkit.webhooks import verify_webhook

        return verify_webhook(body, headers, secret, tolerance=tolerance, now=self._clock())

    @property
    def deadline(self) -> float:
        """Seconds for a call, with all of its attempts and delays."""
        return self._policy.deadline

    def with_options(
        self,
        *,
        timeout: float | Unset | None = UNSET,
        max_retries: int | Unset = UNSET,
        deadline: float | Unset = UNSET,
        headers: Mapping[str, str] | Unset = UNSET,
        secret_key: str | Unset = UNSET,
    ) -> Self:
        """Return a client with other options, which shares this client's connections and rate limit.

        It costs little: use it for single calls too.

        Args:
            timeout: Seconds to wait for a connection, and for each read and write.
            max_retries: Retries after the first attempt, where retrying is safe.
            deadline: Seconds for a call, with all of its attempts and delays. With a `rate_limit`, they start when the
                limit allows the first attempt.
            headers: Headers to send with every request. They are added to those of this client and replace equal ones,
                including `Clerk-API-Version` and `User-Agent`. Headers that describe the request itself, such as
                `Authorization`, are rejected.
            secret_key: Another secret key, such as that of a machine. The client then fetches its own keys to verify
                tokens with.

        Raises:
            InvalidArgument: an option is invalid.
        """
        client = self._derive()
        if timeout is not UNSET:
            client._timeout = None if timeout is None else check_seconds("timeout", timeout)
        client._policy = check_policy(
            self._policy._replace(
                max_retries=self._policy.max_retries if max_retries is UNSET else max_retries,
                deadline=self._policy.deadline if deadline is UNSET else deadline,
            )
        )
        if headers is not UNSET:
            client._headers = {**self._headers, **_check_headers(headers)}
        if secret_key is not UNSET:
            client._secret_key = resolve_secret_key(check_secret_key(secret_key))  # the check rejects None
            client._shared = {}  # the keys that verify tokens belong to one instance
        return client


C = TypeVar("C", bound=Options)


def with_single_attempt(client: C, within: float) -> C:
    """Return a client for calls that must not block a worker: one attempt, finished in `within` seconds at most.

    The seconds include the delay of a `rate_limit`. A call that the limit does not allow in time is not sent.
    """
    limited = client.with_options(max_retries=0, deadline=min(within, client.deadline))
    limited._policy = limited._policy._replace(  # pyright: ignore[reportPrivateUsage]
        deadline_includes_rate_limit=True
    )
    return limited


def _check_headers(headers: object) -> Mapping[str, str]:
    if not is_mapping(headers) or not all(isinstance(text, str) for item in headers.items() for text in item):
        raise InvalidArgument("headers", "expected a mapping of strings to strings")
    for name, value in headers.items():
        if name.lower() in _RESERVED_HEADERS:
            raise InvalidArgument("headers", f"cannot contain {name}: the client sets it for each request")
        for text in (name, value):
            if not text.isascii() or not text.isprintable():
                raise InvalidArgument("headers", f"{name!r} contains characters that a header cannot carry")
    return headers
