"""Clerk's times are Unix milliseconds; people's are datetimes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

from clerk_core._unset import UNSET
from clerk_core.errors import InvalidArgument

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_EARLIEST = 10**11
"""Milliseconds; what is less is likely a number of seconds, and would select by a time long before Clerk was there."""


@overload
def to_datetime(milliseconds: int) -> datetime: ...
@overload
def to_datetime(milliseconds: int | None) -> datetime | None: ...
def to_datetime(milliseconds: int | None) -> datetime | None:
    """A time of Clerk's, such as `user.created_at`, as a datetime in UTC; None, as of what never happened, stays None.

    Raises:
        InvalidArgument: it is no number, or lies outside the years 1 to 9999.
    """
    return None if milliseconds is None else _from_milliseconds("milliseconds", milliseconds)


def milliseconds(argument: str, value: Any) -> Any:
    """Return a time as Unix milliseconds: a datetime, its ISO 8601 text, or milliseconds, which stay as they are.

    Raises:
        InvalidArgument: it names no time zone, the text is not a time, or the number seems to be one of seconds.
    """
    moment = _moment(argument, value)
    return (moment - _EPOCH) // _MILLISECOND if isinstance(moment, datetime) else moment


def rfc3339(argument: str, value: Any) -> Any:
    """Return a time as RFC 3339 text in UTC: a datetime, its ISO 8601 text, or Unix milliseconds. None stays None.

    Raises:
        InvalidArgument: it names no time zone, the text is not a time, the number seems to be one of seconds, or it
            lies outside the years 1 to 9999.
    """
    if value is None or value is UNSET:
        return value
    moment = _moment(argument, value)
    if not isinstance(moment, datetime):
        moment = _from_milliseconds(argument, moment)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:
        raise InvalidArgument(argument, _OUTSIDE) from None


def _moment(argument: str, value: Any) -> Any:
    """A datetime or its text as a datetime with its zone; anything else as it is, unless it is a number of seconds."""
    if isinstance(value, str):
        value = _parsed(argument, value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            hint = 'datetime.now(timezone.utc), or "2026-01-31T12:00:00Z"'
            raise InvalidArgument(argument, f"names no time zone; give it one, as in {hint}")
    elif isinstance(value, date):
        raise InvalidArgument(argument, "is a day, not a point in time; expected a datetime with a time zone")
    elif isinstance(value, int | float) and value < _EARLIEST and value != 0 and not isinstance(value, bool):
        got = value if value > 0 else "a negative number"
        expected = f"expected Unix milliseconds, of which there are {_EARLIEST} or more since 1973"
        raise InvalidArgument(argument, f"{expected}, got {got}: multiply seconds by 1000, or pass a datetime")
    return value


def _parsed(argument: str, text: str) -> datetime:
    from dateutil.parser import isoparse

    try:
        return isoparse(text)
    except (ValueError, OverflowError):  # the second for the end of the year 9999
        raise InvalidArgument(
            argument, f"expected a time in ISO 8601, such as 2026-01-31T12:00:00Z, got {text!r}"
        ) from None


def _from_milliseconds(argument: str, milliseconds: object) -> datetime:
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        found = type(milliseconds).__name__
        raise InvalidArgument(argument, f"expected a number of milliseconds since 1970, got {found}")
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        raise InvalidArgument(argument, _OUTSIDE) from None


_OUTSIDE = "lies outside the years 1 to 9999"
