"""Which tokens a resource server accepts, and the documents and challenges by which clients find Clerk."""

from __future__ import annotations

import logging
from collections.abc import Collection
from functools import cached_property
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import attrs

from clerk_core import InvalidArgument
from clerk_core.guards import is_collection
from clerkkit import AsyncClerk
from clerkkit.auth import MachineToken, TokenRefused, TokenType
from clerkkit.auth.requests.publishable_key import find_instance
from clerkkit.auth.tokens.token_types import API_KEY, M2M, OAUTH, opaque_token_type
from clerkkit.reasons import TYPE_MISMATCH, VERIFICATION_FAILED

STANDARD_SCOPES = frozenset(
    {
        *("openid", "profile", "email", "public_metadata", "private_metadata", "offline_access", "user:org:read"),
    }
)
"""Scopes that any client may ask for, so that they tell nothing about what a token is for."""

PROTECTED_RESOURCE = "/.well-known/oauth-protected-resource"
AUTHORIZATION_SERVER = "/.well-known/oauth-authorization-server"

_UNBOUND = (
    "is missing: set it, allowed_clients, or a custom scope in required_scopes, since this server would accept tokens"
    " that are meant for others"
)

log = logging.getLogger("clerkkit")


def _to_texts(value: Any) -> Any:
    """Return a tuple for a string or a collection, and anything else unchanged."""
    return (value,) if isinstance(value, str) else tuple(value) if is_collection(value) else value


def _is_texts(value: object) -> bool:
    """Return whether a value is a tuple of strings that are not empty."""
    return isinstance(value, tuple) and all(isinstance(one, str) and one for one in cast("tuple[object, ...]", value))


def _check_texts(_: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not _is_texts(value):
        raise InvalidArgument(field.name, "expected a string or a list of strings")


@attrs.frozen(slots=False, kw_only=True)
class ResourceServer:
    """A resource server: the tokens that it accepts are made by Clerk, and meant for it.

    Tokens of all OAuth clients of an instance look alike. Therefore one of `audience`, `allowed_clients` and a custom
    scope in `required_scopes` must say which are meant for this server.

    Raises:
        InvalidArgument: an argument is invalid, or nothing tells the server's tokens from those of other servers.
    """

    clerk: AsyncClerk
    publishable_key: str | None = None
    """Names the Frontend API, which is the authorization server. Default: `CLERK_PUBLISHABLE_KEY`."""
    issuer: str | None = None
    """The URL of the authorization server. Default: that of the publishable key. Set it for a local Clerk."""
    audience: tuple[str, ...] = attrs.field(default=(), converter=_to_texts, validator=_check_texts)
    """Accepted values of `aud`. OAuth tokens without one are refused."""
    allowed_clients: tuple[str, ...] = attrs.field(default=(), converter=_to_texts, validator=_check_texts)
    """OAuth clients whose tokens are accepted. Empty: all."""
    required_scopes: tuple[str, ...] = attrs.field(default=(), converter=_to_texts, validator=_check_texts)
    """Scopes that each token must have. A token that lacks one gets 403."""
    token_types: tuple[TokenType, ...] = attrs.field(default=(OAUTH,), converter=_to_texts)
    """Accepted types of token. API keys and M2M tokens have no client and no audience."""
    jwt_key: str | None = attrs.field(default=None, repr=False)
    """The PEM public key of the instance. With it, no call to Clerk is made for a JWT."""

    def __attrs_post_init__(self) -> None:
        accepted = (OAUTH, API_KEY, M2M)
        if not self.token_types or not all(kind in accepted for kind in self.token_types):
            raise InvalidArgument("token_types", f"expected some of {', '.join(accepted)}")
        is_bound = self.audience or self.allowed_clients or set(self.required_scopes) - STANDARD_SCOPES
        if OAUTH in self.token_types and not is_bound:
            raise InvalidArgument("audience", _UNBOUND)
        _ = self.authorization_server

    @cached_property
    def authorization_server(self) -> str:
        """The URL of the authorization server, without a slash at its end."""
        if self.issuer is not None:
            check_url("issuer", self.issuer)
            return self.issuer.rstrip("/")
        return f"https://{find_instance(self.publishable_key).host}"

    async def verify(self, token: str) -> MachineToken | None:
        """Return the verified token; None if it is not accepted, whose reason is logged at debug level.

        JWTs are verified without a call to Clerk; the results of opaque tokens are cached.
        """
        try:
            return await self._verify(token)
        except TokenRefused as error:
            log.debug("a token is refused: %s", error.reason)
            return None

    async def _verify(self, token: str) -> MachineToken:
        kind = opaque_token_type(token)
        if kind is not None and kind not in self.token_types:  # without asking Clerk
            raise TokenRefused(TYPE_MISMATCH, "This server does not accept tokens of this type.")
        audience = self.audience or None
        verified = await self.clerk.auth.verify_machine_token(token, audience=audience, jwt_key=self.jwt_key)
        if verified.token_type not in self.token_types:
            raise TokenRefused(TYPE_MISMATCH, "This server does not accept tokens of this type.")
        is_bound = bool(self.allowed_clients) and verified.token_type == OAUTH
        if is_bound and verified.client_id not in self.allowed_clients:
            raise TokenRefused(VERIFICATION_FAILED, "The token's client is not among allowed_clients.")
        return verified

    def find_missing_scope(self, token: MachineToken) -> str | None:
        """Return a required scope that a token lacks, or None."""
        return next((scope for scope in self.required_scopes if scope not in token.scopes), None)

    def describe(self, resource: str, scopes: Collection[str] | None = None) -> dict[str, Any]:
        """Return the metadata of a protected resource (RFC 9728)."""
        described: dict[str, Any] = {
            "resource": resource,
            "authorization_servers": [self.authorization_server],
            "bearer_methods_supported": ["header"],
        }
        supported = self.required_scopes if scopes is None else tuple(scopes)
        return {**described, "scopes_supported": list(supported)} if supported else described


def describe_access(token: str, verified: MachineToken) -> dict[str, Any]:
    """Return the fields of the MCP SDK's `AccessToken` for a verified token."""
    return {
        "token": token,
        "client_id": verified.client_id or verified.subject,
        "scopes": list(verified.scopes),
        "expires_at": None if verified.expiration is None else int(verified.expiration // 1000),
        "subject": verified.subject,
        "claims": list_claims(verified),
    }


def list_claims(token: MachineToken) -> dict[str, Any]:
    """Return all claims of a token, with `sub`, `scope` and `org_id`, as tools expect them."""
    named = {
        "sub": token.subject,
        "client_id": token.client_id,
        "scope": " ".join(token.scopes),
        "org_id": token.org_id,
        "token_type": token.token_type,
        "jti": token.id or None,
    }
    return {**(token.claims or {}), **{name: value for name, value in named.items() if value is not None}}


def check_url(argument: str, value: str) -> SplitResult:
    """Return the parts of an http(s) URL without query and fragment.

    Raises:
        InvalidArgument: the value is something else.
    """
    url = urlsplit(value)
    if url.scheme not in ("http", "https") or not url.netloc or url.query or url.fragment:
        raise InvalidArgument(argument, f"expected an http(s) URL without a query, got {value!r}")
    return url


def build_metadata_url(resource: str) -> str:
    """Return the URL of the metadata of a resource: its path follows the well-known one (RFC 9728, section 3.1)."""
    url = urlsplit(resource)
    return f"{url.scheme}://{url.netloc}{PROTECTED_RESOURCE}{url.path.rstrip('/')}"
