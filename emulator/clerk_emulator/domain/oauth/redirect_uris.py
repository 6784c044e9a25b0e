"""The addresses at which applications receive the answers of users."""

from __future__ import annotations

from urllib.parse import urlsplit

from clerk_emulator import errors
from clerk_emulator.domain import formats

_UNSAFE_SCHEMES = {"javascript", "data", "vbscript", "blob", "file", "about"}
"""Schemes with which a browser would run or show what the address contains."""


def validate(name: str, uri: str) -> str:
    """Return an absolute URI without a fragment, of any scheme that apps use. Raises ClerkAPIError."""
    formats.url(name, uri, schemes=())
    if urlsplit(uri).scheme.lower() in _UNSAFE_SCHEMES or "#" in uri:
        raise errors.malformed(name, "a URL without a fragment, whose scheme is https, http or that of an app")
    return uri
