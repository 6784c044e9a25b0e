"""How values are shown in pages."""

from __future__ import annotations

import datetime


def date_time(milliseconds: int) -> str:
    """Return a time for people, in UTC."""
    return _moment(milliseconds).strftime("%Y-%m-%d %H:%M:%S")


def iso_time(milliseconds: int) -> str:
    """Return a time for the attribute `datetime` of an element."""
    return _moment(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def initials(name: str) -> str:
    """Return up to two letters that stand for a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def _moment(milliseconds: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC)
