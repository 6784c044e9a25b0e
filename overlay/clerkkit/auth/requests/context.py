"""What a request says about who is calling: cookies, parameters and headers, read as Clerk reads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from clerkkit.auth.options import AuthOptions
from clerkkit.auth.requests.adapters import Incoming, public_url
from clerkkit.auth.requests.cookies import bearer, cookies
from clerkkit.auth.requests.urls import NOWHERE, Url, parse
from clerkkit.auth.tokens.jwts import Jwt

SESSION = "__session"
CLIENT_UAT = "__client_uat"
DEV_BROWSER = "__clerk_db_jwt"
REFRESH = "__refresh"
HANDSHAKE = "__clerk_handshake"
NONCE = "__clerk_handshake_nonce"
REDIRECT_COUNT = "__clerk_redirect_count"
SYNCED = "__clerk_synced"
REDIRECT_URL = "__clerk_redirect_url"
"""Names of cookies, or of parameters, or of both."""

_DIGITS = re.compile(r"\s*(\d{1,18})", re.ASCII)


class Context:
    """A request and the options, and what follows from both. Each answer is worked out once, when it is asked for."""

    def __init__(
        self,
        request: Incoming,
        options: AuthOptions,
        read: Callable[[str], Jwt | None],
        clock: Callable[[], float],
    ) -> None:
        """`read` takes a token apart, unverified; the clock gives seconds since 1970."""
        self.request = request
        self.options = options
        self._read = read
        self._clock = clock
        self.header_token = bearer(request.authorization)
        """The token of the `Authorization` header."""

    def header(self, name: str) -> str | None:
        """A header; an empty one is none."""
        return self.request.headers.get(name) or None

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies that may be Clerk's."""
        return cookies(self.request.headers.get("cookie"))

    @cached_property
    def url(self) -> Url:
        """The URL as the browser has it."""
        return public_url(self.request, self.options.trust_forwarded_host)

    @property
    def production(self) -> bool:
        """Whether the instance is one of production."""
        return self.options.instance.production

    @cached_property
    def suffixed(self) -> bool:
        """Whether cookies with the instance's suffix count, or those without it."""
        # Clerk's rules for which of two generations of cookies count; the first that decides does.
        plain, own = self.cookies.get(SESSION), self._with_suffix(SESSION)
        plain_uat, own_uat = self.cookies.get(CLIENT_UAT), self._with_suffix(CLIENT_UAT)
        plain_jwt, own_jwt = (self._read(token) if token else None for token in (plain, own))
        if plain:
            issuer = plain_jwt.claims.get("iss") if plain_jwt else None
            if not issuer:
                return False
            if not isinstance(issuer, str) or re.sub("^https?://", "", issuer) != self.options.issued_by:
                return True
        if own_uat is None and own is None:
            return False
        if own_uat != "0" and plain_uat != "0" and _number(plain_jwt, "iat") > _number(own_jwt, "iat"):
            return False
        if own_uat == "0" and plain_uat != "0":
            return False
        over = own_jwt is not None and _number(own_jwt, "exp") <= self._clock()
        if not self.production and own_uat != "0" and plain_uat == "0" and over:
            return False
        return own_uat is not None

    def _with_suffix(self, name: str) -> str | None:
        return self.cookies.get(f"{name}_{self.options.instance.suffix}")

    def _cookie(self, name: str) -> str | None:
        return self._with_suffix(name) if self.suffixed else self.cookies.get(name)

    @cached_property
    def session_cookie(self) -> str | None:
        """The session token of the cookie."""
        return self._cookie(SESSION)

    @property
    def session_token(self) -> str | None:
        """The session token, wherever it is."""
        return self.session_cookie or self.header_token

    @cached_property
    def client_uat(self) -> int:
        """When the client last signed in or out, in seconds; 0 for a client that is signed out."""
        found = _DIGITS.match(self._cookie(CLIENT_UAT) or "")
        return int(found[1]) if found else 0

    @property
    def refresh_token(self) -> str | None:
        """The refresh token; its cookie always has the suffix."""
        return self._with_suffix(REFRESH)

    @cached_property
    def dev_browser(self) -> str | None:
        """What stands for the client in development, where its own cookie is on another domain."""
        return self.url.get(DEV_BROWSER) or self._cookie(DEV_BROWSER)

    @property
    def handshake_token(self) -> str | None:
        """What a handshake brought, signed."""
        return self.url.get(HANDSHAKE) or self.cookies.get(HANDSHAKE)

    @property
    def handshake_nonce(self) -> str | None:
        """What a handshake brought, to be fetched."""
        return self.url.get(NONCE) or self.cookies.get(NONCE)

    @cached_property
    def redirects(self) -> int:
        """How often the browser was sent away in the last seconds."""
        found = _DIGITS.match(self.cookies.get(REDIRECT_COUNT, ""))
        return int(found[1]) if found else 0

    @property
    def wants_page(self) -> bool:
        """Whether a browser is loading a page or a frame, and so can be sent elsewhere."""
        if self.request.method != "GET":
            return False
        kind = self.header("sec-fetch-dest")
        return kind in ("document", "iframe") or (not kind and (self.header("accept") or "").startswith("text/html"))

    @property
    def loads_document(self) -> bool:
        """Whether a browser is loading a page itself."""
        return self.request.method == "GET" and self.header("sec-fetch-dest") == "document"

    @cached_property
    def frontend_api(self) -> str:
        """The URL of the Frontend API; empty where it is a path on this site, and this is none of the site's hosts."""
        place = self.options.frontend_api
        if place.startswith("/"):
            origin = self.options.origin_at(self.url)
            if origin is None:
                return ""
            place = origin + place
        return (place if place.startswith(("http://", "https://")) else f"https://{place}").rstrip("/")

    @property
    def comes_from_elsewhere(self) -> bool:
        """Whether the page before was on another origin, which is none of Clerk's own."""
        before = parse(self.header("referer"))
        return before is not None and before.origin != self.url.origin and not self._is_clerks(before)

    def _is_clerks(self, page: Url) -> bool:
        frontend = parse(self.frontend_api) or NOWHERE
        if page.host == frontend.host:
            return True
        host = page.host
        if not self.production and _is_portal_of_development(host):
            return True
        return page.origin == f"https://{_portal_of(frontend.host)}"


def _is_portal_of_development(host: str) -> bool:
    if host.startswith("accounts.") and host.endswith((".lcl.dev", ".lclstage.dev", ".lclclerk.com")):
        return True
    ends = (".accounts.dev", ".accountsstage.dev", ".accounts.lclclerk.com")
    return any(host.endswith(end) and not host.endswith(f".clerk{end}") for end in ends)


def _portal_of(frontend: str) -> str:
    """The account portal that belongs to a host of the Frontend API."""
    host = frontend.replace("clerk.accountsstage.", "accountsstage.", 1)
    for mark in ("clerk.accounts.", "clerk."):
        if mark in host:
            return host.replace(mark, "accounts.", 1)
    return host


def _number(jwt: Jwt | None, name: str) -> float:
    value = jwt.claims.get(name) if jwt else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0
