"""Endpoints: the URLs that receive events."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from clerk_emulator.contract.event_types import require_event_type
from clerk_emulator.json_types import Json
from clerk_emulator.storage import ledger
from clerk_emulator.storage.store import ResourceTable, Store
from clerk_emulator.webhooks import signing

ENDPOINTS = ResourceTable("webhook_endpoint", "ep", {"url": str}, unique=("url",))
"""`_position` is the number of the last event in the ledger that was considered for the endpoint."""

_WERE_ADDED = "webhook_endpoints"
"""A setting that there is from the first endpoint on. Unlike the endpoints, it is read without a query."""

ROTATION_MILLISECONDS = 24 * 3600 * 1000
"""How long webhooks are signed with the former secret too."""

FAILING_MILLISECONDS = 5 * 24 * 3600 * 1000
"""An endpoint is disabled when all attempts have failed for so long."""

_HOST = re.compile(r"[\w-]{1,63}(\.[\w-]{1,63})*\.?")
_NOT_IN_URL = re.compile(r"[\s\x00-\x20\x7f\\]")


def add(store: Store, url: str, events: Sequence[str] | None = None, secret: str | None = None) -> Json:
    """Add an endpoint and return it. It receives the events that follow: those of the types `events`, or all.

    Raises ValueError for a URL that is not http(s) or already has an endpoint, an unknown event type, and a secret that
    is not one.
    """
    _validate_url(url)
    if store.find(ENDPOINTS, ENDPOINTS.c.url == url):
        raise ValueError(f"url: there is already an endpoint for {url}")
    store.set_setting(_WERE_ADDED, {})
    return store.create(
        ENDPOINTS,
        {
            "url": url,
            "events": _validate_types(events),
            "secret": signing.new_secret() if secret is None else signing.validate_secret(secret),
            "disabled": False,
            "failing_since": None,
            "_former_secret": None,
            "_former_secret_until": None,
            "_position": ledger.last_number(store),
            "_enabled_at": store.clock.now(),
        },
    )


def parse_all(given: str | Sequence[str | Json]) -> list[Json]:
    """Return the arguments of `add` for each endpoint: its URL, or a dictionary with them.

    Raises ValueError for other keys, and for a URL that is given twice.
    """
    parsed = [_parse(one) for one in ([given] if isinstance(given, str) else given)]
    urls = [one["url"] for one in parsed]
    for url in urls:
        if urls.count(url) > 1:
            raise ValueError(f"webhooks: {url!r} is given twice")
    return parsed


def _parse(entry: str | Json) -> Json:
    if isinstance(entry, str):
        return {"url": entry}
    for key in entry:
        if key not in ("url", "events", "secret"):
            raise ValueError(f"webhooks: {key!r} is not one of url, events, secret")
    if "url" not in entry:
        raise ValueError("webhooks: url is missing")
    return entry


def ensure(store: Store, url: str, events: Sequence[str] | None = None, secret: str | None = None) -> Json:
    """Return the endpoint for a URL with these events and, if it is given, this secret. Added if there is none."""
    endpoint = store.find(ENDPOINTS, ENDPOINTS.c.url == url)
    if endpoint is None:
        return add(store, url, events, secret)
    changes = {} if secret is None else {"secret": signing.validate_secret(secret)}
    return store.update(ENDPOINTS, endpoint, events=_validate_types(events), **changes)


def require(store: Store, endpoint_id: str) -> Json:
    """Return the endpoint with this id. Raises ValueError if there is none."""
    endpoint = store.get(ENDPOINTS, endpoint_id)
    if endpoint is None:
        raise ValueError(f"endpoint_id: there is no endpoint {endpoint_id}")
    return endpoint


def were_added(store: Store) -> bool:
    """Return whether an endpoint was ever added. Called after each change, so it must be fast."""
    return store.setting(_WERE_ADDED) is not None


def enabled(store: Store) -> list[Json]:
    """Return the endpoints that receive events."""
    return [endpoint for endpoint in store.all(ENDPOINTS) if not endpoint["disabled"]]


def enable(store: Store, endpoint_id: str, *, send_missed: bool) -> Json:
    """Enable a disabled endpoint and return it. It receives what it has missed only if `send_missed` is true."""
    endpoint = require(store, endpoint_id)
    changes: Json = {} if send_missed else {"_position": ledger.last_number(store)}
    changes["_enabled_at"] = store.clock.now()
    return store.update(ENDPOINTS, endpoint, disabled=False, failing_since=None, **changes)


def rotate_secret(store: Store, endpoint_id: str, secret: str | None = None) -> Json:
    """Give an endpoint a new secret, and return the endpoint. For 24 hours the former one signs too."""
    endpoint = require(store, endpoint_id)
    return store.update(
        ENDPOINTS,
        endpoint,
        secret=signing.new_secret() if secret is None else signing.validate_secret(secret),
        _former_secret=endpoint["secret"],
        _former_secret_until=store.clock.now() + ROTATION_MILLISECONDS,
    )


def signing_secrets(endpoint: Json, at: int) -> list[str]:
    """Return the secrets that sign a webhook at a time: the current one, and the former one for 24 hours."""
    former = [endpoint["_former_secret"]] if (endpoint["_former_secret_until"] or 0) > at else []
    return [endpoint["secret"], *former]


def record_result(store: Store, endpoint_id: str, at: int, *, succeeded: bool) -> bool:
    """Record the result of an attempt. Return whether it has disabled the endpoint."""
    endpoint = require(store, endpoint_id)
    if succeeded:
        if endpoint["failing_since"] is not None:
            store.update(ENDPOINTS, endpoint, failing_since=None)
        return False
    since = at if endpoint["failing_since"] is None else endpoint["failing_since"]
    disabled = at - since >= FAILING_MILLISECONDS
    store.update(ENDPOINTS, endpoint, failing_since=since, disabled=disabled)
    return disabled


def _validate_url(url: object) -> None:
    if not _is_http_url(url):
        raise ValueError(f"url: {url!r} is not an http(s) URL")


def _is_http_url(url: object) -> bool:
    if not isinstance(url, str) or _NOT_IN_URL.search(url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if ":" in host:
            ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and port != 0 and bool(":" in host or _HOST.fullmatch(host))


def _validate_types(events: Sequence[str] | None) -> list[str] | None:
    if events is None:
        return None
    if isinstance(events, str):
        events = [events]
    types = list(events)
    for event_type in types:
        require_event_type("events", event_type)
    return types
