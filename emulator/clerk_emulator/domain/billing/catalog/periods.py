"""Billing periods: when they end, and how much of them has passed."""

from __future__ import annotations

import calendar
import datetime

PERIODS = ("month", "annual")
DAY = 24 * 3600 * 1000
"""A day in milliseconds."""
_MONTHS = {"month": 1, "annual": 12}


def end_of(start: int, period: str, anchor_day: int) -> int:
    """Return when a period that begins at `start` ends, in milliseconds.

    It ends on `anchor_day` of its last month, or on that month's last day if it is shorter.
    """
    moment = _utc(start)
    years, month = divmod(moment.month - 1 + _MONTHS[period], 12)
    year, month = moment.year + years, month + 1
    day = min(anchor_day, calendar.monthrange(year, month)[1])
    end = moment.replace(year=year, month=month, day=day)
    return start + (end - moment) // datetime.timedelta(milliseconds=1)


def day_of_month(moment: int) -> int:
    """Return the day of the month, in UTC."""
    return _utc(moment).day


def month_of(moment: int) -> str:
    """Return the month, such as 2026-05, in UTC."""
    return f"{_utc(moment):%Y-%m}"


def start_of_day(moment: int) -> int:
    """Return when the day began, in UTC."""
    return moment - moment % DAY


def days(milliseconds: int) -> int:
    """Return a duration in days; a day that has begun counts."""
    return -(-milliseconds // DAY)


def _utc(moment: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(moment // 1000, datetime.UTC) + datetime.timedelta(
        milliseconds=moment % 1000
    )
