"""Reads values of decoded JSON."""

from __future__ import annotations

from clerk_core.guards import is_list


def read_string(value: object) -> str | None:
    """Return a string, which may be empty, or None."""
    return value if isinstance(value, str) else None


def read_text(value: object) -> str | None:
    """Return a string that is not empty, or None."""
    return value if isinstance(value, str) and value else None


def read_texts(value: object) -> tuple[str, ...]:
    """Return the strings in a list. Anything else is ignored."""
    return tuple(text for text in value if isinstance(text, str)) if is_list(value) else ()
