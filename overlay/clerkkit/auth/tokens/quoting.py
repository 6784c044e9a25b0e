"""How messages quote values of a token."""

from __future__ import annotations


def shown(value: object) -> str:
    """A value from a token as a message may quote it: short, in printable ASCII, for headers and logs."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
