"""What a client is made from, checked where it is made: keys, addresses, the environment."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from urllib.parse import urlsplit

from clerk_core import InvalidArgument
from clerk_core.checks import visible_key
from clerk_core.client import checked_url
from clerk_core.defaults import DEFAULT_BASE_URL

SECRET_KEY_VARIABLE = "CLERK_SECRET_KEY"  # noqa: S105  # the variable's name
URL_VARIABLE = "CLERK_API_URL"
_NO_SECONDS = 10**11
"""Unix times from here on are taken for milliseconds: as seconds, they are of the year 5138."""


def secret_key(given: str | None) -> str:
    """The key that was given, or that of the environment.

    Raises:
        InvalidArgument: there is none, it is a publishable key, or no header can carry it.
    """
    key = os.environ.get(SECRET_KEY_VARIABLE) if given is None else given
    if key is None or key == "":
        raise InvalidArgument("secret_key", f"is missing: pass it, or set {SECRET_KEY_VARIABLE}")
    with _naming(SECRET_KEY_VARIABLE if given is None else None):
        if visible_key(key).startswith("pk_"):
            raise InvalidArgument("secret_key", "is a publishable key (pk_...); expected the secret one (sk_...)")
    return key


def base_url(given: str | None, *, allow_http: bool) -> str:
    """The URL that was given, that of the environment, or Clerk's; `/v1` is added to one without a path.

    Raises:
        InvalidArgument: it is no http(s) URL, or plain http to another machine, which would show the key to the
            network; or `allow_http` is no boolean.
    """
    if not isinstance(allow_http, bool):  # pyright: ignore[reportUnnecessaryIsInstance]  # the text "false" is true
        raise InvalidArgument("allow_http", f"expected True or False, got {type(allow_http).__name__}")
    with _naming(URL_VARIABLE if given is None else None):
        url = checked_url((os.environ.get(URL_VARIABLE) or DEFAULT_BASE_URL) if given is None else given)
        if not allow_http and url.startswith("http://") and not _is_loopback(urlsplit(url).hostname or ""):
            raise InvalidArgument("base_url", "is plain http to another machine; use https, or pass allow_http=True")
    return url


@contextmanager
def _naming(variable: str | None) -> Generator[None, None, None]:
    """Name the environment variable, if the value comes from one, in an `InvalidArgument` that the block raises."""
    try:
        yield
    except InvalidArgument as error:
        if variable is None:
            raise
        raise InvalidArgument(error.argument, f"{error.problem} (the value of {variable})") from None


def clock(given: Callable[[], float]) -> Callable[[], float]:
    """The clock that was given, read once to see that it is one.

    Raises:
        InvalidArgument: it is not callable, or what it returns is not a Unix time in seconds.
    """
    now: object = given() if callable(given) else None
    if not isinstance(now, int | float) or isinstance(now, bool) or not abs(now) < _NO_SECONDS:
        raise InvalidArgument("clock", "expected a function that returns the Unix time in seconds, such as time.time")
    return given


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
