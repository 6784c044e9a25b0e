"""Quotes values of a token in messages."""

from __future__ import annotations


def quote_value(value: object) -> str:
    """Return the value as short, printable ASCII, so that headers and logs can carry it."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
