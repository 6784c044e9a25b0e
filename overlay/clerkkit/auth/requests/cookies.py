"""Parses cookies and the bearer token of a request, and the cookies that Clerk sets. Never raises."""

from __future__ import annotations

import re
from urllib.parse import unquote

from clerk_core.guards import is_list
from clerkkit.auth.requests.names import SESSION

_ESCAPED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*", re.DOTALL)


def parse_cookies(header: str | None) -> dict[str, str]:
    """Return the cookies whose names begin with `__`, as Clerk's do. The first one of a name counts; empty ones do not.

    The header is split before anything is decoded, so an encoded `;` or `=` cannot add a cookie.
    """
    cookies: dict[str, str] = {}
    for pair in (header or "").split(";"):
        name, _, value = pair.partition("=")
        name = name.strip(" \t")
        if name.startswith("__") and name not in cookies:
            cookies[name] = _decode_value(value.strip(" \t"))
    return {name: value for name, value in cookies.items() if value}


def _decode_value(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if "%" not in text or _ESCAPED.fullmatch(text) is None:
        return text
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text


def read_set_cookies(values: object) -> list[str]:
    """Return the `Set-Cookie` values in Clerk's response that are safe to send: printable ASCII, without line ends."""
    cookies = values if is_list(values) else []
    return [cookie for cookie in cookies if isinstance(cookie, str) and cookie.isprintable() and cookie.isascii()]


def find_session_token(set_cookies: list[str]) -> str:
    """Return the session token that these cookies set, the last one if there are several; empty if they end it."""
    tokens = [cookie.partition(";")[0].partition("=")[2] for cookie in set_cookies if cookie.startswith(SESSION)]
    return tokens[-1] if tokens else ""


def read_bearer_token(header: str | None) -> str | None:
    """Return the token of an `Authorization` header: what follows `Bearer`, or the header itself if it is one word."""
    words = (header or "").replace("\t", " ").split(" ")
    if "" in words:
        words = [word for word in words if word]
    if len(words) < 2:
        return words[0] if words else None
    return words[1] if words[0].lower() == "bearer" else None
