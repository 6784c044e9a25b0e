"""Origins as browsers send them, such as `https://example.com`."""

from __future__ import annotations

import re

from clerk_core import InvalidArgument

PORTS = {"http": "80", "https": "443"}
"""Default ports."""

_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[!$&-.0-9;=A-Z_a-z`{}~]+)(?::([0-9]{0,5}))?")
_HTTP_URL = re.compile(r"(https?)://([^/?#\\]*)", re.IGNORECASE)
_OTHER_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@\\\s]*")


def normalize_authority(scheme: str, authority: str) -> str | None:
    """Return host and port in lower case, without the scheme's default port; None if they are malformed."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None or scheme not in PORTS:
        return None
    host, port = match.groups()
    if port and int(port) > 65535:
        return None
    return f"{host.lower()}:{int(port)}" if port and str(int(port)) != PORTS[scheme] else host.lower()


def check_origin(argument: str, text: str) -> None:
    """Check that a text is an origin as browsers send it.

    Origins with other schemes than http(s) are those of browser extensions and native web views, such as
    `capacitor://localhost`.

    Raises:
        InvalidArgument: the text is not an origin.
    """
    problem = _find_problem(text)
    if problem:
        raise InvalidArgument(argument, problem)


def _find_problem(text: str) -> str | None:
    if "*" in text:
        return "has a *; origins are compared letter by letter, so list each of them"
    scheme, separator, _ = text.partition("://")
    if not separator:
        return "has no scheme; expected an origin such as https://example.com"
    if scheme.lower() not in PORTS:
        return None if _OTHER_ORIGIN.fullmatch(text) else "expected an origin: only scheme, host and port"
    match = _HTTP_URL.match(text.strip())
    authority = match and normalize_authority(match[1].lower(), match[2])
    if not match or authority is None:
        return "expected an origin such as https://example.com"
    origin = f"{match[1].lower()}://{authority}"
    if text == origin:
        return None
    return f"expected {origin}, as browsers write origins: without a path or a slash at the end"
