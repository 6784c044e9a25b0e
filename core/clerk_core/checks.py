"""Checks of arguments that several places make."""

from __future__ import annotations

import threading

from clerk_core.errors import InvalidArgument


def whole_number(argument: str, value: object, at_least: int) -> int:
    """The value, if it is a whole number of at least so much.

    Raises:
        InvalidArgument: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise InvalidArgument(argument, f"expected a whole number, {at_least} or more")
    return value


def seconds(argument: str, value: object) -> float:
    """The value, if it is a positive number of seconds.

    Raises:
        InvalidArgument: it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= threading.TIMEOUT_MAX:
        raise InvalidArgument(argument, "expected a positive number of seconds")
    return float(value)


def visible_key(key: object) -> str:
    """The secret key, if a header can carry it.

    Raises:
        InvalidArgument: it cannot.
    """
    if not isinstance(key, str):
        raise InvalidArgument("secret_key", f"expected a string such as sk_test_..., got {type(key).__name__}")
    if key.startswith(("'", '"')):
        raise InvalidArgument("secret_key", "begins with a quotation mark: leave the quotes out")
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise InvalidArgument("secret_key", "expected visible ASCII characters without spaces or line ends")
    return key
