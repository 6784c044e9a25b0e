"""Convert between Clerk's times, which are Unix milliseconds, and datetimes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

from clerk_core._unset import UNSET
from clerk_core.errors import InvalidArgument
from clerk_core.guards import is_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_EARLIEST = 10**11
"""Milliseconds. A smaller number is probably in seconds, and would mean a time in the early 1970s."""


@overload
def to_datetime(milliseconds: int) -> datetime: ...
@overload
def to_datetime(milliseconds: int | None) -> datetime | None: ...
def to_datetime(milliseconds: int | None) -> datetime | None:
    """Return a time such as `user.created_at`, in Unix milliseconds, as a datetime in UTC. None stays None.

    Raises:
        InvalidArgument: the time is not a number, or is outside the years 1 to 9999.
    """
    return None if milliseconds is None else _from_milliseconds("milliseconds", milliseconds)


def to_milliseconds(argument: str, value: Any) -> Any:
    """Return a time as Unix milliseconds. The time is a datetime, ISO 8601 text, or Unix milliseconds.

    Raises:
        InvalidArgument: the time has no time zone, the text is not a time, or the number seems to be in seconds.
    """
    moment = _to_datetime(argument, value)
    return (moment - _EPOCH) // _MILLISECOND if isinstance(moment, datetime) else moment


def to_rfc3339(argument: str, value: Any) -> Any:
    """Return a time as RFC 3339 text in UTC. It is a datetime, ISO 8601 text, or Unix milliseconds; None stays None.

    Raises:
        InvalidArgument: the time has no time zone, the text is not a time, the number seems to be in seconds, or the
            time is outside the years 1 to 9999.
    """
    if value is None or value is UNSET:
        return value
    moment = _to_datetime(argument, value)
    if not isinstance(moment, datetime):
        moment = _from_milliseconds(argument, moment)
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:
        raise InvalidArgument(argument, _OUTSIDE) from None


def _to_datetime(argument: str, value: Any) -> Any:
    """Return a datetime or its text as a datetime with a time zone; check a number; return other values unchanged."""
    if isinstance(value, str):
        value = _parse(argument, value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            hint = 'datetime.now(timezone.utc), or "2026-01-31T12:00:00Z"'
            raise InvalidArgument(argument, f"has no time zone; add one, as in {hint}")
    elif isinstance(value, date):
        raise InvalidArgument(argument, "is a date; expected a datetime with a time zone")
    elif is_number(value) and value < _EARLIEST and value != 0:
        got = value if value > 0 else "a negative number"
        expected = f"expected Unix milliseconds, {_EARLIEST} or more (a time since 1973)"
        raise InvalidArgument(argument, f"{expected}, got {got}: multiply seconds by 1000, or pass a datetime")
    return value


def _parse(argument: str, text: str) -> datetime:
    from dateutil.parser import isoparse

    try:
        return isoparse(text)
    except (ValueError, OverflowError):  # OverflowError at the end of the year 9999
        raise InvalidArgument(
            argument, f"expected a time in ISO 8601, such as 2026-01-31T12:00:00Z, got {text!r}"
        ) from None


def _from_milliseconds(argument: str, milliseconds: object) -> datetime:
    if not is_number(milliseconds):
        found = type(milliseconds).__name__
        raise InvalidArgument(argument, f"expected a number of milliseconds since 1970, got {found}")
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        raise InvalidArgument(argument, _OUTSIDE) from None


_OUTSIDE = "is outside the years 1 to 9999"
