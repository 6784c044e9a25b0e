"""`AuthOptions`: how requests are authenticated. Made once, where the program begins; checked there."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any, Literal, Self, TypedDict, Unpack

import attrs

from clerk_core import InvalidArgument
from clerk_core.checks import seconds, whole_number
from clerk_core.guards import is_items
from clerkkit.auth.option_checks import (
    check_domain,
    check_flag,
    check_jwt_key,
    check_machine_secret_key,
    check_proxy_url,
    check_sign_in_url,
    check_text,
)
from clerkkit.auth.requests import urls
from clerkkit.auth.requests.instance import Instance, instance_of
from clerkkit.auth.requests.organization_paths import Patterns, compiled
from clerkkit.auth.tokens.checks import CLOCK_SKEW, Expected, expected
from clerkkit.auth.tokens.kinds import ALL, API_KEY, M2M, SESSION_TOKEN, TokenType
from clerkkit.auth.tokens.machine_cache import Lifetimes, lifetimes
from clerkkit.rate_limit import RateLimitOptions

_VARIABLES = {
    "publishable_key": "CLERK_PUBLISHABLE_KEY",
    "jwt_key": "CLERK_JWT_KEY",
    "machine_secret_key": "CLERK_MACHINE_SECRET_KEY",
    "domain": "CLERK_DOMAIN",
    "proxy_url": "CLERK_PROXY_URL",
    "sign_in_url": "CLERK_SIGN_IN_URL",
}

_FLAGS = ("is_satellite", "satellite_auto_sync", "memo", "trust_forwarded_host")

Accepted = TokenType | Literal["any"] | Sequence[TokenType]


class AuthOptionArguments(TypedDict, total=False):
    """The arguments of `AuthOptions`, which explains them."""

    publishable_key: str | None
    accepts_token: Accepted
    authorized_parties: Collection[str]
    audience: str | Collection[str]
    issuer: str | Collection[str]
    clock_skew: float
    jwt_key: str | None
    machine_secret_key: str | None
    is_satellite: bool
    satellite_auto_sync: bool
    domain: str
    proxy_url: str
    trust_forwarded_host: bool
    sign_in_url: str
    organization_patterns: Sequence[str]
    personal_account_patterns: Sequence[str]
    memo: bool
    opaque_token_ttl: float
    opaque_refusal_ttl: float
    unauthenticated_calls: RateLimitOptions | tuple[int, float]
    opaque_token_calls: RateLimitOptions | tuple[int, float]


@attrs.frozen(slots=False, kw_only=True)
class AuthOptions:
    """The options of `authenticate_request`, by Clerk's names.

    Raises:
        InvalidArgument: one makes no sense, alone or beside the others.
    """

    publishable_key: str | None = None
    """`pk_test_...` or `pk_live_...`. Needed, unless M2M tokens or API keys alone are accepted."""
    accepts_token: Accepted = SESSION_TOKEN
    """One kind of token, a list of kinds, or `any`."""
    authorized_parties: Collection[str] = ()
    """Origins whose tokens are accepted, as browsers write them: `https://example.com`, `http://localhost:3000`. Set
    it: it keeps out tokens that were made for another site on your domain. Empty: all."""
    audience: str | Collection[str] = ()
    """One of these has to be in `aud` of an OAuth access token, and of other tokens that have one."""
    issuer: str | Collection[str] = ()
    """One of these has to be `iss`. Empty: all, since the key tells the instance already."""
    clock_skew: float = CLOCK_SKEW
    """Seconds by which clocks may differ."""
    jwt_key: str | None = attrs.field(default=None, repr=False)
    """The PEM public key of the instance: tokens are then verified without the network."""
    machine_secret_key: str | None = attrs.field(default=None, repr=False)
    """The key (`ak_...`) with which M2M tokens are verified, instead of the client's own."""
    is_satellite: bool = False
    """Whether this site gets its sessions from another domain."""
    satellite_auto_sync: bool = False
    """Whether a satellite asks the primary domain for a session at the first visit."""
    domain: str = ""
    """The satellite's domain, such as `satellite.example`."""
    proxy_url: str = ""
    """Where the Frontend API is proxied to: a URL, or a path such as `/__clerk` on the `authorized_parties`."""
    trust_forwarded_host: bool = True
    """Whether the header `X-Forwarded-Host` names the host that the browser asked for. Turn it off where no proxy sets
    or removes it. It has no effect in Django, which has its setting `USE_X_FORWARDED_HOST`, and over WSGI (Flask),
    where Werkzeug's `ProxyFix` reads the header if it is to be trusted."""
    sign_in_url: str = ""
    """The page where people sign in. A satellite in development needs it."""
    organization_patterns: Sequence[str] = ()
    """Paths that ask for an organization to be active: `/orgs/:slug/(.*)`, or with `:id`."""
    personal_account_patterns: Sequence[str] = ()
    """Paths that ask for none to be active."""
    memo: bool = True
    """Whether the signature of a token that was verified a moment ago is taken for good."""
    opaque_token_ttl: float = Lifetimes().accepted
    """Seconds for which Clerk is not asked again about an opaque token of a machine that it accepted, until the token
    expires at the latest. A revocation is noticed after as long. 0 to ask with each request."""
    opaque_refusal_ttl: float = Lifetimes().refused
    """Seconds for which Clerk is not asked again about an opaque token that it refused."""
    unauthenticated_calls: RateLimitOptions | tuple[int, float] = (10, 10.0)
    """Calls to Clerk, and seconds: how many calls in how many seconds browsers may cause that turn out not to be signed
    in, for all threads and tasks of a client together. Beyond it, a handshake's nonce is ignored and tokens are not
    refreshed."""
    opaque_token_calls: RateLimitOptions | tuple[int, float] = (500, 10.0)
    """Calls to Clerk, and seconds: how many calls in how many seconds requests may cause with opaque tokens that Clerk
    does not accept, for all threads and tasks of a client. Beyond it, tokens that Clerk has not accepted before
    are refused as `unexpected-error`; those that it has are not counted. The default is half of what Clerk allows a
    production instance, so that made-up tokens leave the other half to the application."""

    def __attrs_post_init__(self) -> None:
        for flag in _FLAGS:
            check_flag(flag, getattr(self, flag))
        self._check_kinds()
        _ = self.expected, self.patterns, self.lifetimes  # which check their options
        _ = self.call_limit, self.opaque_call_limit  # as well
        check_domain(self.domain)
        check_proxy_url(self.proxy_url, self._origins)
        check_sign_in_url(self.sign_in_url, is_satellite=self.is_satellite)
        if self.jwt_key:
            check_jwt_key(self.jwt_key)
        if self.machine_secret_key:
            check_machine_secret_key(self.machine_secret_key)
        if self.is_satellite and not (self.proxy_url or self.domain):
            raise InvalidArgument("domain", "is missing: a satellite needs domain or proxy_url")

    def _check_kinds(self) -> None:
        accepted: Any = self.accepts_token
        if not isinstance(accepted, str) and not is_items(accepted):
            raise InvalidArgument("accepts_token", f"expected a string or a list, got {type(accepted).__name__}")
        kinds: list[Any] = [accepted] if isinstance(accepted, str) else list(accepted)
        if not kinds or any(kind not in ALL for kind in kinds if kind != "any" or not isinstance(accepted, str)):
            raise InvalidArgument("accepts_token", f"expected 'any', or some of {', '.join(ALL)}")
        if self.publishable_key:
            instance_of(check_text("publishable_key", self.publishable_key))
        elif accepted not in (M2M, API_KEY):
            raise InvalidArgument("publishable_key", "is missing: it tells whose cookies these are")

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, **options: Unpack[AuthOptionArguments]
    ) -> Self:
        """Options from Clerk's variables (`CLERK_PUBLISHABLE_KEY`, `CLERK_JWT_KEY`, ...), but for those given.

        They are of one instance: do not use them with a client of another.

        Args:
            environment: The variables. Default: those of the process.
            **options: Those of `AuthOptions`.

        Raises:
            InvalidArgument: an option is invalid, or there is none of this name.
        """
        known = AuthOptionArguments.__annotations__
        for name in options:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                raise InvalidArgument(name, f"is no option{f'; did you mean {close[0]}?' if close else ''}")
        environment = os.environ if environment is None else environment
        found: dict[str, Any] = {
            name: environment[variable] for name, variable in _VARIABLES.items() if environment.get(variable)
        }
        satellite = environment.get("CLERK_IS_SATELLITE", "")
        found["is_satellite"] = satellite.lower() == "true" or (satellite.isdecimal() and int(satellite) > 0)
        found.update(options)
        return cls(**found)

    @cached_property
    def _origins(self) -> tuple[urls.Url, ...]:
        return tuple(url for party in self.authorized_parties if (url := urls.parse(party)) is not None)

    def origin_at(self, url: urls.Url) -> str | None:
        """Return the origin of `authorized_parties` that is on the host of a URL; None if there is none.

        A path on this site is resolved against it, and not against any host that a header names.
        """
        same = [origin for origin in self._origins if origin.place == url.place]
        return next((origin.origin for origin in sorted(same, key=lambda one: one.scheme != url.scheme)), None)

    @cached_property
    def expected(self) -> Expected:
        """What tokens are held against."""
        return expected(self.authorized_parties, self.audience, self.issuer, self.clock_skew)

    @cached_property
    def lifetimes(self) -> Lifetimes:
        """How long answers about opaque tokens are reused."""
        return lifetimes(self.opaque_token_ttl, self.opaque_refusal_ttl)

    @cached_property
    def patterns(self) -> Patterns:
        """What paths are held against."""
        return Patterns(
            compiled("organization_patterns", self.organization_patterns),
            compiled("personal_account_patterns", self.personal_account_patterns),
        )

    @cached_property
    def call_limit(self) -> RateLimitOptions:
        """The limit of calls that unauthenticated browsers cause."""
        return _call_limit("unauthenticated_calls", self.unauthenticated_calls)

    @cached_property
    def opaque_call_limit(self) -> RateLimitOptions:
        """The limit of calls about opaque tokens that are not accepted."""
        return _call_limit("opaque_token_calls", self.opaque_token_calls)

    @cached_property
    def instance(self) -> Instance:
        """The instance of the publishable key."""
        return instance_of(self.publishable_key or "")

    @cached_property
    def frontend_api(self) -> str:
        """Where the Frontend API is: a host, or the proxy's URL or path."""
        satellite = self.instance.production and self.is_satellite and self.domain
        return self.proxy_url or (f"clerk.{self.domain}" if satellite else self.instance.host)

    @cached_property
    def issued_by(self) -> str:
        """The host in the claim `iss` of this instance's tokens; a proxy does not change it."""
        satellite = self.instance.production and self.is_satellite and self.domain
        return f"clerk.{self.domain}" if satellite else self.instance.host


def _call_limit(name: str, given: RateLimitOptions | tuple[int, float]) -> RateLimitOptions:
    try:
        calls, period = given
    except (TypeError, ValueError):
        raise InvalidArgument(name, "expected calls and seconds, such as (10, 10)") from None
    return RateLimitOptions(whole_number(name, calls, 1), seconds(name, period))
