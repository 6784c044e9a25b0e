"""Where a browser goes after a hosted page: back to the application, with what signs it in there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from clerk_emulator.domain.access import origins
from clerk_emulator.domain.sessions.browsers import DEV_BROWSER
from clerk_emulator.storage.settings import INSTANCE
from clerk_emulator.storage.store import Store

Act = Literal["sign_in", "sign_up", "sign_out"]

_LOCAL = ("http://localhost:*", "https://localhost:*", "http://127.0.0.1:*", "https://127.0.0.1:*")
_DEV_BROWSER = re.compile(rf"(?<=[?&]){DEV_BROWSER}=[^&]*&?")


def parameters(act: Act) -> tuple[str, ...]:
    """Return the parameters that name where to go after an act, the strongest first."""
    return f"{act}_force_redirect_url", "redirect_url", f"{act}_fallback_redirect_url", f"after_{act}_url"


KEPT = tuple(dict.fromkeys(name for act in ("sign_in", "sign_up", "sign_out") for name in parameters(act)))
"""The parameters that each link between hosted pages carries on."""


def requested(store: Store, query: Mapping[str, str], act: Act) -> str | None:
    """Return the URL to go to after an act; None if the query names none.

    Raises Clerk's 422 for one to which a browser must not be sent.
    """
    name = next((name for name in parameters(act) if query.get(name)), None)
    if name is None:
        return None
    url = origins.require_redirect_url(store, query[name], name)
    # Also a registered URL of an app must not be run as a script.
    if urlsplit(url).scheme.lower() in ("javascript", "data", "vbscript"):
        return None
    return url


def with_dev_browser(url: str, dev_browser_id: str | None, own_origin: str) -> str:
    """Return a URL of another origin with the development browser, by which the application finds the session."""
    parts = urlsplit(url)
    if dev_browser_id is None or parts.scheme not in ("http", "https") or parts.netloc == urlsplit(own_origin).netloc:
        return url
    query = _DEV_BROWSER.sub("", f"?{parts.query}")[1:].rstrip("&")
    return parts._replace(query="&".join(filter(None, (query, f"{DEV_BROWSER}={dev_browser_id}")))).geturl()


def form_targets(store: Store, url: str | None) -> list[str]:
    """Return the origins to which a form may redirect: those of the applications, and that of `url`."""
    allowed = [*_LOCAL, store.public_origin, *store.allowed_origins, *INSTANCE.value(store, "allowed_origins")]
    parts = urlsplit(url or "")
    if parts.scheme:
        allowed.append(f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:")
    return [origin for origin in dict.fromkeys(allowed) if re.fullmatch(r"[A-Za-z0-9.:/*\[\]+-]+", origin)]
