"""Cookies, those of a request and those to set, and the bearer token. Whatever is sent is read, and nothing raises."""

from __future__ import annotations

import re
from urllib.parse import unquote

from clerk_core.guards import is_list

_ESCAPED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)


def cookies(header: str | None) -> dict[str, str]:
    """The cookies whose names begin as Clerk's do. The first of a name counts; an empty one is none.

    The header is split before anything is decoded: an encoded `;` or `=` makes no further cookie.
    """
    found: dict[str, str] = {}
    for pair in (header or "").split(";"):
        name, _, value = pair.partition("=")
        name = name.strip(" \t")
        if name.startswith("__") and name not in found:
            found[name] = _value(value.strip(" \t"))
    return {name: value for name, value in found.items() if value}


def _value(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if "%" not in text or _ESCAPED.fullmatch(text) is None:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def to_set(listed: object) -> list[str]:
    """Of what Clerk answers as cookies to set, the texts that can stand in a header."""
    # A line end would make a header of its own out of what follows it.
    found = listed if is_list(listed) else []
    return [one for one in found if isinstance(one, str) and one.isprintable() and one.isascii()]


def bearer(header: str | None) -> str | None:
    """The token of an `Authorization` header: after `Bearer` in any case, or the whole header where it is one word."""
    words = (header or "").replace("\t", " ").split(" ")
    if "" in words:
        words = [word for word in words if word]
    if len(words) < 2:
        return words[0] if words else None
    return words[1] if words[0].lower() == "bearer" else None
