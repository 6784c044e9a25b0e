"""Client settings: read from arguments or the environment, and checked when the client is created."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from clerk_core import InvalidArgument
from clerk_core.checks import check_seconds, check_secret_key, check_whole_number
from clerk_core.guards import is_number
from clerk_core.transport.network import DEFAULT_BASE_URL, check_base_url

SECRET_KEY_VARIABLE = "CLERK_SECRET_KEY"  # noqa: S105  # the variable's name
URL_VARIABLE = "CLERK_API_URL"
_FIRST_MILLISECONDS = 10**11
"""Unix times from here on must be milliseconds: as seconds, they would lie in the year 5138 or later."""


class RetryPolicy(NamedTuple):
    """How often a client retries, and for how long."""

    max_retries: int = 2
    """Retries after the first attempt."""
    deadline: float = 30.0
    """Seconds for a call, with all of its attempts and delays."""
    initial_delay: float = 0.25
    """Seconds before the first retry. The delay doubles with each retry; jitter shortens it by up to half."""
    max_delay: float = 8.0
    """Seconds that no delay exceeds, except one that a `Retry-After` asks for."""
    deadline_includes_rate_limit: bool = False
    """Whether the deadline also covers the time that the rate limiter delays the first attempt."""


def resolve_secret_key(given: str | None) -> str:
    """Return the given key, or else that of the environment.

    Raises:
        InvalidArgument: there is no key, it is a publishable key, or it cannot be sent in a header.
    """
    key = os.environ.get(SECRET_KEY_VARIABLE) if given is None else given
    if key is None or key == "":
        raise InvalidArgument("secret_key", f"is missing: pass it, or set {SECRET_KEY_VARIABLE}")
    with _mention_variable(SECRET_KEY_VARIABLE if given is None else None):
        if check_secret_key(key).startswith("pk_"):
            raise InvalidArgument("secret_key", "is a publishable key (pk_...); expected a secret key (sk_...)")
    return key


def resolve_base_url(given: str | None, *, allow_http: bool) -> str:
    """Return the given URL, or else that of the environment or Clerk's; `/v1` is added to a URL without a path.

    Raises:
        InvalidArgument: the URL is not an http(s) URL, is plain http to another machine (the network could read the
            key), or `allow_http` is not a bool.
    """
    if not isinstance(allow_http, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # the text "false" is true
        raise InvalidArgument("allow_http", f"expected True or False, got {type(allow_http).__name__}")
    with _mention_variable(URL_VARIABLE if given is None else None):
        url = check_base_url((os.environ.get(URL_VARIABLE) or DEFAULT_BASE_URL) if given is None else given)
        if not allow_http and url.startswith("http://") and not _is_loopback(urlsplit(url).hostname or ""):
            raise InvalidArgument("base_url", "is plain http to another machine; use https, or pass allow_http=True")
    return url


@contextmanager
def _mention_variable(variable: str | None) -> Generator[None, None, None]:
    """Mention the environment variable that a value comes from in any `InvalidArgument` that the block raises."""
    try:
        yield
    except InvalidArgument as error:
        if variable is None:
            raise
        raise InvalidArgument(error.argument, f"{error.problem} (the value of {variable})") from None


def check_clock(clock: Callable[[], float]) -> Callable[[], float]:
    """Return the clock, after reading it once.

    Raises:
        InvalidArgument: the clock is not callable, or does not return a Unix time in seconds.
    """
    now: object = clock() if callable(clock) else None
    if not is_number(now) or not abs(now) < _FIRST_MILLISECONDS:
        raise InvalidArgument("clock", "expected a function that returns the Unix time in seconds, such as time.time")
    return clock


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_policy(policy: RetryPolicy) -> RetryPolicy:
    """Return the policy.

    Raises:
        InvalidArgument: `max_retries` is not a whole number of at least 0, or `deadline` not a positive number.
    """
    check_whole_number("max_retries", policy.max_retries, 0)
    check_seconds("deadline", policy.deadline)
    return policy
