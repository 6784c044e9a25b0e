"""Requests that arrive through the user's application: at `/__clerk`, or with headers that name another address."""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Container, MutableMapping
from typing import Any, cast

from clerk_emulator import errors
from clerk_emulator.domain import formats
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.request.incoming import IncomingRequest

PREFIX = "/__clerk"
"""The path at which Clerk's SDKs serve the Frontend API on the application's own origin."""

_PROXY_URL = "Clerk-Proxy-Url"

Message = MutableMapping[str, Any]


def is_forwarded(headers: Container[str]) -> bool:
    """Return whether a reverse proxy has sent a request, by its headers."""
    return "x-forwarded-for" in headers or "x-forwarded-proto" in headers


async def resolve_forwarded(scope: Message) -> Message:
    """Return the ASGI scope of a forwarded request with the client and the scheme that the reverse proxy names.

    As with uvicorn, the proxy must be on this machine, or be among the addresses in `FORWARDED_ALLOW_IPS`. The given
    scope is not changed.
    """
    # Imported on first use, because few requests need it. As a middleware it would take time of each.
    from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

    async def unused(*_: Any) -> None:
        pass

    resolved: Any = dict(scope)
    middleware = ProxyHeadersMiddleware(unused, os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1"))
    await middleware(resolved, unused, unused)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    return cast(Message, resolved)


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
