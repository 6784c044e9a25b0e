"""Requests that arrive through the user's application: at `/__clerk`, or with headers that name another address."""

from __future__ import annotations

import dataclasses
import secrets
from typing import Any

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.request.incoming import IncomingRequest

PREFIX = "/__clerk"
"""The path at which Clerk's SDKs serve the Frontend API on the application's own origin."""

_PROXY_URL = "Clerk-Proxy-Url"


def resolve(request: IncomingRequest, secret_key: str) -> IncomingRequest:
    """Return a request with the address at which the browser sees the emulator, and without the prefix in its path.

    Raises Clerk's errors for a proxy that does not prove with the secret key that it belongs to the application.
    """
    changes: dict[str, Any] = {}
    if request.path.startswith(f"{PREFIX}/"):
        changes = {"path": request.path.removeprefix(PREFIX), "origin": request.origin + PREFIX}
    url = request.headers.get(_PROXY_URL.lower())
    if url is not None:
        _require_secret_key(request, secret_key)
        changes["origin"] = _validated(url)
        forwarded = request.headers.get("x-forwarded-for", "").partition(",")[0].strip()
        if forwarded:
            changes["client_ip"] = forwarded
    return dataclasses.replace(request, **changes) if changes else request


def _require_secret_key(request: IncomingRequest, secret_key: str) -> None:
    sent = request.single_header("clerk-secret-key")
    if not sent:
        message = f"A request with {_PROXY_URL} must have Clerk-Secret-Key too."
        raise ClerkAPIError(400, "proxy_request_missing_secret_key", "has no secret key", message)
    if not secrets.compare_digest(sent.encode(), secret_key.encode()):
        message = "The Clerk-Secret-Key of the proxy is not that of this instance."
        raise ClerkAPIError(401, "proxy_request_invalid_secret_key", "has a wrong secret key", message)


def _validated(url: str) -> str:
    formats.url(_PROXY_URL, url)
    if any(character in url for character in "?#@\\"):
        raise errors.malformed(_PROXY_URL, "a URL without query and user")
    return url.rstrip("/")
