"""`AuthOptions`: how requests are authenticated. Created once, when the program starts, and checked then."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self, TypedDict, Unpack

import attrs

from clerk_core import InvalidArgument
from clerk_core.checks import check_seconds, check_whole_number
from clerk_core.deprecation import old_name, renamed_argument
from clerk_core.guards import is_collection
from clerk_core.tracebacks import hides_locals
from clerkkit.auth.requests.adapters import urls
from clerkkit.auth.requests.option_checks import (
    check_domain,
    check_flag,
    check_jwt_key,
    check_machine_secret_key,
    check_page_url,
    check_proxy_url,
    check_text,
)
from clerkkit.auth.requests.organization_paths import PathPatterns, compile_patterns
from clerkkit.auth.requests.publishable_key import Instance, get_portal_host, parse_publishable_key
from clerkkit.auth.requests.sign_in_pages import SignInPages
from clerkkit.auth.tokens.expectations import CLOCK_SKEW, Expectations, build_expectations
from clerkkit.auth.tokens.machine_token_cache import CacheLifetimes, build_cache_lifetimes
from clerkkit.auth.tokens.token_types import API_KEY, M2M, SESSION_TOKEN, TOKEN_TYPES, TokenType
from clerkkit.rate_limit import RateLimitOptions

VARIABLES = {
    "publishable_key": "CLERK_PUBLISHABLE_KEY",
    "jwt_key": "CLERK_JWT_KEY",
    "machine_secret_key": "CLERK_MACHINE_SECRET_KEY",
    "domain": "CLERK_DOMAIN",
    "proxy_url": "CLERK_PROXY_URL",
    "sign_in_url": "CLERK_SIGN_IN_URL",
    "sign_up_url": "CLERK_SIGN_UP_URL",
}
"""The environment variable of each option that `from_environment` reads as it is."""

_FLAGS = ("is_satellite", "satellite_auto_sync", "cache", "trust_forwarded_host")

AcceptedTypes = TokenType | Literal["any"] | Sequence[TokenType]
"""One type of token, a list of types, or `any`."""


class AuthOptionArguments(TypedDict, total=False):
    """The arguments of `AuthOptions`, where they are documented."""

    publishable_key: str | None
    accepts_token: AcceptedTypes
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
    sign_up_url: str
    organization_patterns: Sequence[str]
    personal_account_patterns: Sequence[str]
    cache: bool
    opaque_token_ttl: float
    opaque_refusal_ttl: float
    unauthenticated_calls: RateLimitOptions | tuple[int, float]
    opaque_token_calls: RateLimitOptions | tuple[int, float]


@attrs.frozen(slots=False, kw_only=True)
class AuthOptions:
    """The options of `authenticate_request`, named as in Clerk's SDKs.

    Raises:
        InvalidArgument: an option is invalid, or does not go with the others.
    """

    publishable_key: str | None = None
    """`pk_test_...` or `pk_live_...`. Required, unless only M2M tokens or only API keys are accepted."""
    accepts_token: AcceptedTypes = SESSION_TOKEN
    """One type of token, a list of types, or `any`."""
    authorized_parties: Collection[str] = ()
    """Origins whose tokens are accepted, as browsers write them: `https://example.com`, `http://localhost:3000`. Set
    it to reject tokens that were issued for another site on your domain. Empty: all."""
    audience: str | Collection[str] = ()
    """Accepted values of `aud`. OAuth access tokens must have one of them; others must if they have an `aud`."""
    issuer: str | Collection[str] = ()
    """Accepted values of `iss`. Empty: all, since the signing key identifies the instance already."""
    clock_skew: float = CLOCK_SKEW
    """Seconds by which the clocks of Clerk and this machine may differ."""
    jwt_key: str | None = attrs.field(default=None, repr=False)
    """The PEM public key of the instance. With it, JWTs are verified without the network."""
    machine_secret_key: str | None = attrs.field(default=None, repr=False)
    """The key (`ak_...`) that verifies M2M tokens, instead of the client's secret key."""
    is_satellite: bool = False
    """Whether this site gets its sessions from another domain."""
    satellite_auto_sync: bool = False
    """Whether a satellite asks the primary domain for a session at the first visit."""
    domain: str = ""
    """The satellite's domain, such as `satellite.example`."""
    proxy_url: str = ""
    """The proxy of the Frontend API: a URL, or a path such as `/__clerk` on the `authorized_parties`."""
    trust_forwarded_host: bool = True
    """Whether the header `X-Forwarded-Host` names the host that the browser asked for. Turn it off unless a proxy sets
    or removes the header. It has no effect in Django, which has the setting `USE_X_FORWARDED_HOST`, and over WSGI
    (Flask), where you add Werkzeug's `ProxyFix` to trust the header."""
    sign_in_url: str = ""
    """The sign-in page: a URL, or a path on this site. Default: that of Clerk's account portal. Required for a
    satellite in development."""
    sign_up_url: str = ""
    """The sign-up page: a URL, or a path on this site. Default: `/create` below `sign_in_url` if that is set, or else
    that of Clerk's account portal."""
    organization_patterns: Sequence[str] = ()
    """Paths that require an active organization: `/orgs/:slug/(.*)`, or with `:id`."""
    personal_account_patterns: Sequence[str] = ()
    """Paths that require the personal account to be active."""
    cache: bool = True
    """Whether verified signatures are cached, for two minutes."""
    opaque_token_ttl: float = CacheLifetimes().accepted
    """Seconds for which an opaque machine token that Clerk accepted is not verified again, up to its expiration. A
    revocation takes effect after that time. 0 to ask Clerk with each request."""
    opaque_refusal_ttl: float = CacheLifetimes().refused
    """Seconds for which Clerk is not asked again about an opaque machine token that it refused. 0 to ask each time."""
    unauthenticated_calls: RateLimitOptions | tuple[int, float] = (10, 10.0)
    """Maximum calls to Clerk, in a number of seconds, caused by browsers that turn out not to be signed in. It applies
    to all threads and tasks of a client together. Beyond it, handshake nonces are ignored and expired sessions are not
    refreshed."""
    opaque_token_calls: RateLimitOptions | tuple[int, float] = (500, 10.0)
    """Maximum calls to Clerk, in a number of seconds, caused by opaque tokens that Clerk does not accept. It applies to
    all threads and tasks of a client together. Beyond it, tokens that Clerk has not accepted before are refused as
    `unexpected-error`; tokens that it has accepted are not limited. The default is half of what Clerk allows a
    production instance, so a flood of made-up tokens leaves the other half to the application."""

    def __attrs_post_init__(self) -> None:
        for flag in _FLAGS:
            check_flag(flag, getattr(self, flag))
        self._check_accepted_types()
        # Computing these properties checks the options behind them.
        _ = self.expectations, self.path_patterns, self.lifetimes, self.unauthenticated_limit, self.opaque_limit
        check_domain(self.domain)
        check_proxy_url(self.proxy_url, self._origins)
        check_page_url("sign_in_url", self.sign_in_url, is_satellite=self.is_satellite)
        check_page_url("sign_up_url", self.sign_up_url, is_satellite=self.is_satellite)
        if self.jwt_key:
            check_jwt_key(self.jwt_key)
        if self.machine_secret_key:
            check_machine_secret_key(self.machine_secret_key)
        if self.is_satellite and not (self.proxy_url or self.domain):
            raise InvalidArgument("domain", "is missing: a satellite needs domain or proxy_url")

    def _check_accepted_types(self) -> None:
        accepted: Any = self.accepts_token
        if not isinstance(accepted, str) and not is_collection(accepted):
            raise InvalidArgument("accepts_token", f"expected a string or a list, got {type(accepted).__name__}")
        types: list[Any] = [accepted] if isinstance(accepted, str) else list(accepted)
        if accepted != "any" and not (types and all(one in TOKEN_TYPES for one in types)):
            raise InvalidArgument("accepts_token", f"expected 'any', or some of {', '.join(TOKEN_TYPES)}")
        if self.publishable_key:
            parse_publishable_key(check_text("publishable_key", self.publishable_key))
        elif accepted not in (M2M, API_KEY):
            raise InvalidArgument("publishable_key", "is missing: it identifies the instance and its cookies")

    @classmethod
    @hides_locals
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, **options: Unpack[AuthOptionArguments]
    ) -> Self:
        """Create options from Clerk's variables (`CLERK_PUBLISHABLE_KEY`, `CLERK_JWT_KEY`, ...).

        The variables describe one instance: do not use the options with a client of another one.

        Args:
            environment: The variables. Default: those of the process.
            **options: Options of `AuthOptions`, used instead of the variables.

        Raises:
            InvalidArgument: an option is invalid or unknown.
        """
        known = {*AuthOptionArguments.__annotations__, "memo"}
        for name in options:
            if name not in known:
                close = difflib.get_close_matches(name, known, 1)
                raise InvalidArgument(name, f"is not an option{f'; did you mean {close[0]}?' if close else ''}")
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {
            name: environment[variable] for name, variable in VARIABLES.items() if environment.get(variable)
        }
        satellite = environment.get("CLERK_IS_SATELLITE", "")
        values["is_satellite"] = satellite.lower() == "true" or (satellite.isdecimal() and int(satellite) > 0)
        values.update(options)
        return cls(**values)

    @property
    @old_name("`memo` was renamed to `cache`")
    def memo(self) -> bool:
        """The old name of `cache`."""
        return self.cache

    @cached_property
    def _origins(self) -> tuple[urls.Url, ...]:
        return tuple(url for party in self.authorized_parties if (url := urls.parse_url(party)) is not None)

    def find_origin(self, url: urls.Url) -> str | None:
        """Return the origin of `authorized_parties` that is on the host of a URL, preferably with the same scheme.

        Paths on this site are resolved against it, and not against any host that a header names.
        """
        origins = [origin for origin in self._origins if origin.authority == url.authority]
        return next((origin.origin for origin in sorted(origins, key=lambda one: one.scheme != url.scheme)), None)

    @cached_property
    def expectations(self) -> Expectations:
        """What tokens must say to be accepted."""
        return build_expectations(self.authorized_parties, self.audience, self.issuer, self.clock_skew)

    @cached_property
    def lifetimes(self) -> CacheLifetimes:
        """How long results about opaque tokens are reused."""
        return build_cache_lifetimes(self.opaque_token_ttl, self.opaque_refusal_ttl)

    @cached_property
    def path_patterns(self) -> PathPatterns:
        """The compiled patterns of paths."""
        return PathPatterns(
            compile_patterns("organization_patterns", self.organization_patterns),
            compile_patterns("personal_account_patterns", self.personal_account_patterns),
        )

    @cached_property
    def sign_in_pages(self) -> SignInPages | None:
        """The pages at which people sign in: the site's own or Clerk's. None without a publishable key."""
        if not self.publishable_key:
            return None
        portal = f"https://{get_portal_host(self.instance.host)}"
        return SignInPages(
            self.sign_in_url or f"{portal}/sign-in",
            self.sign_up_url or ("" if self.sign_in_url else f"{portal}/sign-up"),
            self.find_origin,
            self.is_satellite,
        )

    @cached_property
    def unauthenticated_limit(self) -> RateLimitOptions:
        """The checked value of `unauthenticated_calls`."""
        return _check_call_limit("unauthenticated_calls", self.unauthenticated_calls)

    @cached_property
    def opaque_limit(self) -> RateLimitOptions:
        """The checked value of `opaque_token_calls`."""
        return _check_call_limit("opaque_token_calls", self.opaque_token_calls)

    @cached_property
    def instance(self) -> Instance:
        """The instance of the publishable key."""
        return parse_publishable_key(self.publishable_key or "")

    @cached_property
    def frontend_api(self) -> str:
        """The location of the Frontend API: a host, or the URL or path of its proxy."""
        return self.proxy_url or self.issuer_host

    @cached_property
    def issuer_host(self) -> str:
        """The host in the claim `iss` of this instance's tokens. A proxy does not change it."""
        is_own_domain = self.instance.is_production and self.is_satellite and self.domain
        return f"clerk.{self.domain}" if is_own_domain else self.instance.host


def _check_call_limit(name: str, given: RateLimitOptions | tuple[int, float]) -> RateLimitOptions:
    try:
        calls, period = given
    except (TypeError, ValueError):
        raise InvalidArgument(name, "expected calls and seconds, such as (10, 10)") from None
    return RateLimitOptions(check_whole_number(name, calls, 1), check_seconds(name, period))


if not TYPE_CHECKING:
    AuthOptions.__init__ = hides_locals(renamed_argument("memo", "cache")(AuthOptions.__init__))
