"""Check base URLs."""

from __future__ import annotations

import httpx

from clerk_core.errors import InvalidArgument

VERSION_PATH = "/v1"
DEFAULT_BASE_URL = f"https://api.clerk.com{VERSION_PATH}"


def check_base_url(url: object) -> str:
    """Return the base URL without a trailing slash; `/v1` is added to a URL without a path.

    Raises:
        InvalidArgument: it is not an http(s) URL, or contains credentials, a query, a fragment or white space.
    """
    parsed = _parse(url) if isinstance(url, str) else None
    if parsed is None or not isinstance(url, str):
        raise InvalidArgument(
            "base_url", f"expected an http(s) URL without credentials and query, such as {DEFAULT_BASE_URL}"
        )
    base = url.rstrip("/")
    return base if parsed.path.strip("/") else base + VERSION_PATH


def _parse(url: str) -> httpx.URL | None:
    if any(character in "?#" or character.isspace() for character in url):
        return None
    try:
        parsed = httpx.URL(url)
        # Credentials would be sent in place of the secret key.
        valid = parsed.scheme in ("http", "https") and parsed.host and not parsed.userinfo
    except (httpx.InvalidURL, ValueError):  # ValueError: httpx does not convert the errors of idna
        return None
    return parsed if valid else None
