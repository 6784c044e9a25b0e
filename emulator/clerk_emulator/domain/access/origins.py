"""Which web pages belong to the applications of the instance: those whose requests and redirects are allowed."""

from __future__ import annotations

import re
from urllib.parse import urlencode, urlsplit

from clerk_emulator import errors
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.storage.keys import frontend_host
from clerk_emulator.storage.settings import INSTANCE
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import REDIRECT_URLS

_LOCAL_HOST = re.compile(r"([a-z0-9-]+\.)*localhost|127\.0\.0\.1|::1", re.IGNORECASE)
_WEB = ("http", "https")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_AMBIGUOUS = re.compile(r"[^\x21-\x7e]|\\")
"""Characters that browsers drop or read as others: blanks, controls, letters of other scripts, backslashes."""

_MAX_URL = 8000


def normalize(origin: str) -> str:
    """Return an origin such as https://app.example.com, or that of a URL. Raises ValueError if it is malformed."""
    if _AMBIGUOUS.search(origin):
        raise ValueError(f"{origin!r} is not an origin such as https://app.example.com")
    parts = urlsplit(origin)
    host = parts.hostname
    if parts.scheme not in _WEB or not host or "@" in parts.netloc:
        raise ValueError(f"{origin!r} is not an origin such as https://app.example.com")
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def of_page(url: str) -> str | None:
    """Return the origin of a page; None for the address of an app, which has none."""
    try:
        return normalize(url)
    except ValueError:
        return None


def with_parameters(url: str, **parameters: str) -> str:
    """Return a URL with further parameters in its query. The rest of it stays as it is."""
    base, hash_sign, fragment = url.partition("#")
    if not parameters:
        return url
    separator = "&" if "?" in base else "?"
    return f"{base}{separator}{urlencode(parameters)}{hash_sign}{fragment}"


def is_allowed(store: Store, origin: str) -> bool:
    """Return whether pages of an origin belong to an application.

    Those of this machine do, those that the instance allows, and those of the emulator itself, also under the host name
    in the publishable key. The host name of a request proves nothing: everybody can let a name lead to this machine.
    """
    try:
        origin = normalize(origin)
    except ValueError:
        return False
    host = urlsplit(origin).hostname or ""
    if _LOCAL_HOST.fullmatch(host) or host == frontend_host(store) or origin in store.allowed_origins:
        return True
    return origin in (store.public_origin, *INSTANCE.value(store, "allowed_origins"))


def require_redirect_url(store: Store, url: str | None, name: str = "redirect_url") -> str:
    """Return an absolute URL to which a browser may be sent with what signs it in.

    It is at an allowed origin, or it is one of the instance's redirect URLs, such as that of an app. `name` is the
    parameter's name in errors. Raises Clerk's 422 for any other.
    """
    if not url:
        raise errors.missing(name)
    if len(url) > _MAX_URL:
        message = f"{name} must not have more than {_MAX_URL} characters."
        raise ClerkAPIError(422, "redirect_url_too_long", "is too long", message, param_name=name)
    if not _AMBIGUOUS.search(url):
        if store.find(REDIRECT_URLS, REDIRECT_URLS.c.url == url):
            return url
        try:
            origin = normalize(url)
        except ValueError:
            pass
        else:
            if is_allowed(store, origin):
                return url
            message = f"{origin} is not an origin of this instance; --allow-origin allows it."
            code = "redirect_url_not_associated_with_instance"
            raise ClerkAPIError(422, code, "is not allowed", message, param_name=name)
    message = f"{name} must be an absolute URL with https or http, or one of the instance's redirect URLs."
    raise ClerkAPIError(422, "invalid_redirect_url", "is invalid", message, param_name=name)
