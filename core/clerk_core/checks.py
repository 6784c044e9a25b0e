"""Checks of arguments that several modules need."""

from __future__ import annotations

import threading

from clerk_core.errors import InvalidArgument
from clerk_core.guards import is_number


def check_whole_number(argument: str, value: object, at_least: int) -> int:
    """Return the value.

    Raises:
        InvalidArgument: it is not a whole number of at least `at_least`.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise InvalidArgument(argument, f"expected a whole number, {at_least} or more")
    return value


def check_seconds(argument: str, value: object) -> float:
    """Return the value as a float.

    Raises:
        InvalidArgument: it is not a positive number of seconds, or longer than Python can wait.
    """
    if not is_number(value) or not 0 < value <= threading.TIMEOUT_MAX:
        raise InvalidArgument(argument, "expected a positive number of seconds")
    return float(value)


def check_secret_key(key: object) -> str:
    """Return the secret key.

    Raises:
        InvalidArgument: a header cannot carry it.
    """
    if not isinstance(key, str):
        raise InvalidArgument("secret_key", f"expected a string such as sk_test_..., got {type(key).__name__}")
    if key.startswith(("'", '"')):
        raise InvalidArgument("secret_key", "begins with a quotation mark; remove the quotes")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidArgument("secret_key", "expected visible ASCII characters without spaces or line ends")
    return key
