"""Clerk's times are Unix milliseconds; people's are datetimes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, overload

from clerk_core.errors import InvalidArgument

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@overload
def to_datetime(milliseconds: int) -> datetime: ...
@overload
def to_datetime(milliseconds: int | None) -> datetime | None: ...
def to_datetime(milliseconds: int | None) -> datetime | None:
    """A time of Clerk's, such as `user.created_at`, as a datetime in UTC; None, as of what never happened, stays None.

    Raises:
        InvalidArgument: it is no number, or lies outside the years 1 to 9999.
    """
    if milliseconds is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except TypeError:
        found = type(milliseconds).__name__
        raise InvalidArgument("milliseconds", f"expected a number of milliseconds since 1970, got {found}") from None
    except (OverflowError, ValueError):
        raise InvalidArgument("milliseconds", "lies outside the years 1 to 9999") from None


def milliseconds(argument: str, value: Any) -> Any:
    """A datetime, or its ISO 8601 text, in Unix milliseconds; anything else comes back as it is.

    Raises:
        InvalidArgument: it names no time zone, or the text is no time.
    """
    if isinstance(value, str):
        value = _parsed(argument, value)
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            hint = 'datetime.now(timezone.utc), or "2026-01-31T12:00:00Z"'
            raise InvalidArgument(argument, f"names no time zone; give it one, as in {hint}")
        return (value - _EPOCH) // _MILLISECOND
    if isinstance(value, date):
        raise InvalidArgument(argument, "is a day, not a point in time; expected a datetime with a time zone")
    return value


def _parsed(argument: str, text: str) -> datetime:
    from dateutil.parser import isoparse

    try:
        return isoparse(text)
    except ValueError:
        raise InvalidArgument(
            argument, f"expected a time in ISO 8601, such as 2026-01-31T12:00:00Z, got {text!r}"
        ) from None
