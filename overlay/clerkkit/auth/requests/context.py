"""`RequestContext`: the cookies, parameters and headers of a request, interpreted by Clerk's rules."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from clerk_core.guards import is_number
from clerkkit.auth.requests.adapters.request_adapter import RequestAdapter, get_browser_url
from clerkkit.auth.requests.adapters.urls import EMPTY_URL, Url, parse_url
from clerkkit.auth.requests.cookies import parse_cookies, read_bearer_token
from clerkkit.auth.requests.names import (
    CLIENT_UAT,
    DEV_BROWSER,
    HANDSHAKE,
    HANDSHAKE_NONCE,
    REDIRECT_COUNT,
    REFRESH,
    SESSION,
)
from clerkkit.auth.requests.options import AuthOptions
from clerkkit.auth.requests.organization_paths import Target
from clerkkit.auth.requests.publishable_key import get_portal_host
from clerkkit.auth.tokens.jwts import Jwt

_DIGITS = re.compile(r"\s*(\d{1,18})", re.ASCII)


class RequestContext:
    """A request with the options that apply to it. Values are computed when first used."""

    def __init__(
        self,
        request: RequestAdapter,
        options: AuthOptions,
        try_parse: Callable[[str], Jwt | None],
        clock: Callable[[], float],
    ) -> None:
        """`try_parse` parses a token without verifying it; `clock` returns the Unix time in seconds."""
        self.request = request
        self.options = options
        self._try_parse = try_parse
        self._clock = clock
        self.header_token = read_bearer_token(request.authorization)
        """The token of the `Authorization` header."""

    def get_header(self, name: str) -> str | None:
        """Return a header; None if it is missing or empty."""
        return self.request.headers.get(name) or None

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies whose names begin with `__`."""
        return parse_cookies(self.request.headers.get("cookie"))

    @cached_property
    def url(self) -> Url:
        """The URL that the browser shows. Its authority is empty if it is unknown."""
        return get_browser_url(self.request, self.options.trust_forwarded_host)

    @property
    def is_production(self) -> bool:
        """Whether this is a production instance."""
        return self.options.instance.is_production

    @cached_property
    def uses_suffixed_cookies(self) -> bool:
        """Whether the cookies with the instance's suffix count, or those without."""
        # Clerk's rules for choosing between two generations of cookies. The first rule that applies decides.
        plain, suffixed = self.cookies.get(SESSION), self._get_suffixed(SESSION)
        plain_uat, suffixed_uat = self.cookies.get(CLIENT_UAT), self._get_suffixed(CLIENT_UAT)
        plain_jwt, suffixed_jwt = (self._try_parse(token) if token else None for token in (plain, suffixed))
        if plain:
            issuer = plain_jwt.claims.get("iss") if plain_jwt else None
            if not issuer:
                return False
            if not isinstance(issuer, str) or re.sub("^https?://", "", issuer) != self.options.issuer_host:
                return True
        if suffixed_uat is None and suffixed is None:
            return False
        is_plain_newer = _get_number(plain_jwt, "iat") > _get_number(suffixed_jwt, "iat")
        if suffixed_uat != "0" and plain_uat != "0" and is_plain_newer:
            return False
        if suffixed_uat == "0" and plain_uat != "0":
            return False
        is_suffixed_expired = suffixed_jwt is not None and _get_number(suffixed_jwt, "exp") <= self._clock()
        if not self.is_production and suffixed_uat != "0" and plain_uat == "0" and is_suffixed_expired:
            return False
        return suffixed_uat is not None

    def _get_suffixed(self, name: str) -> str | None:
        return self.cookies.get(f"{name}_{self.options.instance.suffix}")

    def _get_cookie(self, name: str) -> str | None:
        return self._get_suffixed(name) if self.uses_suffixed_cookies else self.cookies.get(name)

    @cached_property
    def session_cookie(self) -> str | None:
        """The session token in the cookie."""
        return self._get_cookie(SESSION)

    @property
    def session_token(self) -> str | None:
        """The session token in the cookie or in the header."""
        return self.session_cookie or self.header_token

    @cached_property
    def client_uat(self) -> int:
        """When the client last signed in or out, as Unix time in seconds; 0 if it is signed out."""
        match = _DIGITS.match(self._get_cookie(CLIENT_UAT) or "")
        return int(match[1]) if match else 0

    @property
    def refresh_token(self) -> str | None:
        """The refresh token, whose cookie always has the suffix."""
        return self._get_suffixed(REFRESH)

    @cached_property
    def dev_browser(self) -> str | None:
        """The token that identifies the client in development, where its own cookie is on another domain."""
        return self.url.get(DEV_BROWSER) or self._get_cookie(DEV_BROWSER)

    @property
    def handshake_token(self) -> str | None:
        """The signed result of a handshake."""
        return self.url.get(HANDSHAKE) or self.cookies.get(HANDSHAKE)

    @property
    def handshake_nonce(self) -> str | None:
        """The nonce for which Clerk returns the result of a handshake."""
        return self.url.get(HANDSHAKE_NONCE) or self.cookies.get(HANDSHAKE_NONCE)

    @cached_property
    def redirect_count(self) -> int:
        """How often the browser was redirected, each time within two seconds of the last."""
        match = _DIGITS.match(self.cookies.get(REDIRECT_COUNT, ""))
        return int(match[1]) if match else 0

    @property
    def loads_page(self) -> bool:
        """Whether a browser loads a page or a frame, and so can be redirected."""
        return self.request.method == "GET" and self._accepts_page

    @property
    def _accepts_page(self) -> bool:
        destination = self.get_header("sec-fetch-dest")
        if destination:
            return destination in ("document", "iframe")
        return (self.get_header("accept") or "").startswith("text/html")

    @property
    def can_go_to_sign_in(self) -> bool:
        """Whether a browser loads a page or a frame, so that it can be sent to the sign-in page and come back."""
        return self.loads_page or (self.request.method == "HEAD" and self._accepts_page)

    @property
    def loads_document(self) -> bool:
        """Whether a browser loads a page, and not a frame."""
        return self.request.method == "GET" and self.get_header("sec-fetch-dest") == "document"

    @cached_property
    def frontend_api(self) -> str:
        """The URL of the Frontend API; empty if it is a path, and this host is not among `authorized_parties`."""
        location = self.options.frontend_api
        if location.startswith("/"):
            origin = self.options.find_origin(self.url)
            if origin is None:
                return ""
            location = origin + location
        return (location if location.startswith(("http://", "https://")) else f"https://{location}").rstrip("/")

    @property
    def target_organization(self) -> Target | None:
        """The organization that the URL asks for; None if it asks for none."""
        return self.options.path_patterns.find_target(self.url.path)

    @property
    def is_cross_origin_navigation(self) -> bool:
        """Whether the browser comes from another origin that is not Clerk's."""
        referrer = parse_url(self.get_header("referer"))
        return referrer is not None and referrer.origin != self.url.origin and not self._is_clerk_page(referrer)

    def _is_clerk_page(self, page: Url) -> bool:
        frontend = parse_url(self.frontend_api) or EMPTY_URL
        if page.host == frontend.host:
            return True
        if not self.is_production and _is_development_portal(page.host):
            return True
        return page.origin == f"https://{get_portal_host(frontend.host)}"


def _is_development_portal(host: str) -> bool:
    if host.startswith("accounts.") and host.endswith((".lcl.dev", ".lclstage.dev", ".lclclerk.com")):
        return True
    suffixes = (".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com")
    return any(host.endswith(suffix) and not host.endswith(f".clerk{suffix}") for suffix in suffixes)


def _get_number(jwt: Jwt | None, name: str) -> float:
    value = jwt.claims.get(name) if jwt else None
    return value if is_number(value) else 0
