"""What the proxy changes in requests and responses. No I/O."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

import attrs

from clerk_core import InvalidArgument
from clerkkit.auth.requests.adapters.request_adapter import RequestAdapter, get_browser_url
from clerkkit.auth.requests.adapters.urls import Url, parse_url
from clerkkit.auth.requests.publishable_key import find_instance
from clerkkit.settings import resolve_secret_key

DEFAULT_PATH = "/__clerk"
CLERK = "https://frontend-api.clerk.dev"
"""The host at which Clerk serves proxies of all instances."""

Headers = list[tuple[str, str]]

_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    }
)
"""Headers that concern one connection, and not the message."""

_SET_BY_PROXY = frozenset({"host", "accept-encoding", "clerk-proxy-url", "clerk-secret-key", "x-forwarded-for"})
_CHANGED_BY_PROXY = frozenset({"content-encoding", "content-length"})
"""Headers of responses that do not hold for the forwarded body, which is streamed and not compressed."""


class Failure(NamedTuple):
    """A response of the proxy itself."""

    status: int
    code: str
    message: str

    @property
    def headers(self) -> Headers:
        """The headers of the response."""
        return [("content-type", "application/json"), ("content-length", str(len(self.body)))]

    @property
    def body(self) -> bytes:
        """The body, in the format of Clerk's errors."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "long_message": self.message, "meta": {}}
        return json.dumps({"errors": [error]}).encode()


REQUEST_FAILED = Failure(502, "proxy_request_failed", "Clerk's Frontend API did not respond.")
_WRONG_TARGET = Failure(400, "proxy_path_mismatch", "The path does not belong to the Frontend API.")


class Forwarding(NamedTuple):
    """A request to send to the Frontend API, and where the browser sees the proxy."""

    method: str
    url: str
    headers: Headers
    proxy_url: str
    has_body: bool


@attrs.frozen
class ProxyRules:
    """The configuration of a proxy, and the rules that follow from it."""

    secret_key: str = attrs.field(repr=False)
    path: str
    """Such as `/__clerk`."""
    target: Url
    proxy_url: str | None
    """The public URL of the proxy; None to read it from each request."""
    trust_forwarded_host: bool

    def matches(self, path: str) -> bool:
        """Return whether a path of the application belongs to the proxy."""
        return path == self.path or path.startswith(f"{self.path}/")

    def forward(
        self, request: RequestAdapter, *, root: str, client_address: str, more_headers: Iterable[tuple[str, str]] = ()
    ) -> Forwarding | Failure:
        """Return what to send for a request whose application is mounted at `root`.

        `more_headers` are those that the adapter does not have.
        """
        seen = get_browser_url(request, self.trust_forwarded_host)
        proxy_url = self.proxy_url or f"{seen.origin}{root}{self.path}"
        prefix = f"{root}{self.path}"
        # Joined as text, so that a path such as `//host` cannot change the host.
        rest = seen.path.removeprefix(prefix) if seen.path.startswith(prefix) else ""
        url = (
            f"{self.target.origin}{self.target.path.rstrip('/')}{rest}{'' if seen.query is None else f'?{seen.query}'}"
        )
        parsed = parse_url(url)
        if parsed is None or parsed.authority != self.target.authority:
            return _WRONG_TARGET
        given = {**request.headers, **dict(more_headers)}
        headers = [*self._build_headers(given, seen, proxy_url, client_address)]
        return Forwarding(
            request.method, url, headers, proxy_url, "content-length" in given or "transfer-encoding" in given
        )

    def _build_headers(
        self, given: Mapping[str, str], seen: Url, proxy_url: str, client_address: str
    ) -> Iterator[tuple[str, str]]:
        dropped = _HOP_BY_HOP | _SET_BY_PROXY | _read_names(given.get("connection", ""))
        yield from ((name, value) for name, value in given.items() if name not in dropped)
        yield "host", self.target.authority
        yield "accept-encoding", "identity"
        yield "clerk-proxy-url", proxy_url
        yield "clerk-secret-key", self.secret_key
        forwarded_for = given.get("x-forwarded-for", "").partition(",")[0].strip() or client_address
        if forwarded_for:
            yield "x-forwarded-for", forwarded_for
        if "x-forwarded-host" not in given:
            yield "x-forwarded-host", seen.authority
        if "x-forwarded-proto" not in given:
            yield "x-forwarded-proto", seen.scheme

    def return_headers(self, forwarding: Forwarding, headers: Iterable[tuple[str, str]]) -> Headers:
        """Return the headers to send to the browser for those of the Frontend API. Repeated ones stay apart."""
        given = [(name.lower(), value) for name, value in headers]
        connection = ",".join(value for name, value in given if name == "connection")
        dropped = _HOP_BY_HOP | _CHANGED_BY_PROXY | _read_names(connection)
        return [
            (name, self._rewrite_location(forwarding, value) if name == "location" else value)
            for name, value in given
            if name not in dropped
        ]

    def _rewrite_location(self, forwarding: Forwarding, location: str) -> str:
        """Return the proxy's URL for one of the Frontend API, also if it is relative."""
        url = urljoin(forwarding.url, location)
        root = f"{self.target.origin}{self.target.path.rstrip('/')}"
        rest = url.removeprefix(root)
        is_on_target = url.startswith(root) and (not rest or rest[0] in "/?#")
        return f"{forwarding.proxy_url}{rest}" if is_on_target else location


def read_rules(
    *,
    secret_key: str | None,
    publishable_key: str | None,
    proxy_url: str | None,
    target: str | None,
    trust_forwarded_host: bool,
) -> ProxyRules:
    """Return the rules for these arguments, with Clerk's environment variables as defaults.

    Raises:
        InvalidArgument: a key is missing, or an argument is invalid.
    """
    secret_key = resolve_secret_key(secret_key or None)
    if not secret_key.startswith(("sk_", "test_", "live_")):
        raise InvalidArgument("secret_key", "expected the secret key of the instance (CLERK_SECRET_KEY)")
    find_instance(publishable_key)  # the key is checked here, and not by the first request of a browser
    target = target or os.environ.get("CLERK_FAPI_URL") or CLERK
    target_url = parse_url(target)
    if target_url is None or target_url.query is not None:
        raise InvalidArgument("target", f"expected the http(s) URL of a Frontend API (CLERK_FAPI_URL), got {target!r}")
    location = proxy_url or os.environ.get("CLERK_PROXY_URL") or DEFAULT_PATH
    path, public_url = _parse_proxy_url(location)
    return ProxyRules(secret_key, path, target_url, public_url, trust_forwarded_host)


def _parse_proxy_url(location: str) -> tuple[str, str | None]:
    """Return the path of the proxy, and its URL if that is absolute."""
    is_path = location.startswith("/") and not location.startswith("//")
    url = parse_url(f"https://site.invalid{location}" if is_path else location)
    path = url.path.rstrip("/") if url else ""
    if url is None or url.query is not None or not path:
        raise InvalidArgument(
            "proxy_url", f"expected a URL or path such as /__clerk (CLERK_PROXY_URL), got {location!r}"
        )
    return path, None if is_path else f"{url.origin}{path}"


def _read_names(value: str) -> set[str]:
    """Return the header names that a `Connection` header lists."""
    return {name.strip().lower() for name in value.split(",") if name.strip()}
