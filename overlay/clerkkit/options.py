"""What `Clerk` and `AsyncClerk` share beside core: policy, pace, headers, and views with other options."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar

from clerk_core import UNSET, ApiError, InvalidArgument, Request, Response, Unset
from clerk_core.checks import seconds, visible_key
from clerk_core.deprecation import old_name
from clerk_core.encoding import found
from clerk_core.guards import is_items, is_mapping
from clerk_core.readers import as_is
from clerkkit import settings
from clerkkit.drift import Drift
from clerkkit.drift.watch import Watch, watch
from clerkkit.rate_limit import Pace, RateLimitOptions
from clerkkit.rate_limit import checked as limit_of
from clerkkit.retry import Policy, checked

T = TypeVar("T")

_OWN_HEADERS = ("accept", "authorization", "content-length", "content-type", "host", "transfer-encoding")

if TYPE_CHECKING:
    from clerkkit.webhooks import WebhookEvent
    from clerkkit.webhooks.headers import Headers as WebhookHeaders

    class _Client:
        """What is needed of the client that this is mixed into."""

        def _read(self, request: Request[T], response: Response) -> T:
            raise NotImplementedError
else:
    _Client = object


class Options(_Client):
    """Mixed into both clients."""

    _policy: Policy
    _turn: Callable[[float], float | None] | None
    _headers: Mapping[str, str]
    _timeout: float | None
    _prepared: Any
    _watch: Watch | None
    _secret_key: str
    _clock: Callable[[], float]
    _shared: dict[str, Any]
    """What is made late, and shared with views."""

    def _configure(
        self,
        policy: Policy,
        rate_limit: RateLimitOptions | tuple[int, float] | None,
        on_drift: Callable[[list[Drift]], object] | None,
        strict: bool,
        clock: Callable[[], float],
    ) -> None:
        self._clock = settings.clock(clock)
        self._policy = checked(policy)
        self._turn = None if rate_limit is None else Pace(limit_of(rate_limit)).wait
        self._watch = watch(on_drift, strict)
        self._shared = {}

    def _read(self, request: Request[T], response: Response) -> T:
        if self._watch is None:
            return super()._read(request, response)
        drifts = self._watch.report(request, response)
        try:
            return super()._read(request, response)
        except ApiError as error:
            for drift in drifts:
                error.add_note(f"drift: {drift}")
            raise

    @old_name("`clerk.verify_webhook` is `clerk.webhooks.verify`")
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
        """Seconds for a call with all its tries and waits."""
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
        """A view of this client with other options. It shares the connections and the pace, and costs next to nothing.

        Args:
            timeout: Seconds for a connection, and for each read and write.
            max_retries: Tries after the first one.
            deadline: Seconds for a call with all its tries and waits, from its turn on where there is a `rate_limit`.
            headers: Sent with every request, beside those of this client, or in place of them: `Clerk-API-Version` and
                `User-Agent`. What each request says of itself cannot be among them, such as `Authorization`.
            secret_key: Another key, such as that of a machine. Such a view has keys for tokens of its own.

        Raises:
            InvalidArgument: an option makes no sense.
        """
        view = copy.copy(self)
        # Resources keep the client that they were made for: the view makes its own.
        for name in [name for name in vars(view) if isinstance(getattr(type(view), name, None), cached_property)]:
            del vars(view)[name]
        view._prepared = None
        if timeout is not UNSET:
            view._timeout = None if timeout is None else seconds("timeout", timeout)
        retries = self._policy.max_retries if max_retries is UNSET else max_retries
        view._policy = checked(
            self._policy._replace(
                max_retries=retries, deadline=self._policy.deadline if deadline is UNSET else deadline
            )
        )
        if headers is not UNSET:
            view._headers = {**self._headers, **_checked_headers(headers)}
        if secret_key is not UNSET:
            view._secret_key = settings.secret_key(visible_key(secret_key))  # refuses None: no default here
            view._shared = {}  # what tokens are verified with is of one instance
        return view


C = TypeVar("C", bound=Options)


def brief(client: C, longest: float) -> C:
    """Return a view for calls that must hold no worker: one try, which ends `longest` seconds from now at most.

    They include the wait for its turn where there is a `rate_limit`; a call whose turn comes later is not made.
    """
    view = client.with_options(max_retries=0, deadline=min(longest, client.deadline))
    view._policy = view._policy._replace(deadline_includes_turn=True)  # pyright: ignore[reportPrivateUsage]
    return view


class AnyRequest(Request[Any]):
    """A request for what the contract lacks: the answer is plain JSON, or None where there is no content."""

    def decode(self, response: Response) -> Any:
        """The parsed JSON."""
        if 200 <= response.status_code <= 299 and not response.content:
            return None
        return super().decode(response)


def any_request(
    method: object,
    path: object,
    query: Mapping[Any, Any] | None,
    json: Mapping[str, Any] | Collection[Any] | Unset,
) -> AnyRequest:
    """Return a request to any path below the base URL. Query and body are sent as they are given.

    Raises:
        InvalidArgument: the method is not a word, the path does not begin with a slash, holds what no URL can, or
            leads out of the API, or query or body cannot be sent.
    """
    if not isinstance(method, str) or not (method.isascii() and method.isalpha()):
        raise InvalidArgument("method", "expected an HTTP method such as GET")
    if not isinstance(path, str) or not path.startswith("/") or _is_unfit(path):
        raise InvalidArgument("path", "expected a path below the base URL such as /users, without query")
    if not is_mapping({} if query is None else query) or not all(isinstance(name, str) for name in query or {}):
        raise InvalidArgument("query", "expected a mapping with strings for keys")
    if is_mapping(json):
        json = {name: value for name, value in json.items() if value is not UNSET}
    elif json is not UNSET and not is_items(json):
        raise InvalidArgument("json", f"expected a mapping or a list, got {found(json)}")
    arrays = [name for name, value in (query or {}).items() if is_items(value)]
    return AnyRequest(method.upper(), path, as_is, query=query, json=json, arrays=arrays)


def _is_unfit(path: str) -> bool:
    parts = path[1:].split("/")
    return any(part in ("", ".", "..") for part in parts) or not path.isprintable() or bool(set(path) & set("?# "))


def _checked_headers(headers: object) -> Mapping[str, str]:
    if not is_mapping(headers) or not all(isinstance(text, str) for item in headers.items() for text in item):
        raise InvalidArgument("headers", "expected a mapping of strings to strings")
    for name, value in headers.items():
        if name.lower() in _OWN_HEADERS:
            raise InvalidArgument("headers", f"cannot hold {name}: the client says that of each request itself")
        for text in (name, value):
            if not text.isascii() or not text.isprintable():
                raise InvalidArgument("headers", f"{name!r} holds what no header can carry")
    return headers
