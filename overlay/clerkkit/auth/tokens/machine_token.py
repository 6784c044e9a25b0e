"""`MachineToken`: a verified M2M token, API key or OAuth access token."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from clerk_core.guards import is_list, is_number, is_object
from clerkkit.auth.tokens.json_values import read_string, read_texts
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.token_types import M2M, OAUTH, TokenType

_REGISTERED_CLAIMS = ("iss", "sub", "exp", "nbf", "iat", "jti")
_OAUTH_JWT_CLAIMS = (*_REGISTERED_CLAIMS, "client_id", "scope", "scp")
_OAUTH_RESPONSE_KEYS = (
    *("object", "id", "client_id", "clientId", "type", "subject", "scopes", "revoked", "revocation_reason"),
    *("revocationReason", "expired", "active", "expiration", "created_at", "createdAt", "updated_at", "updatedAt"),
)
_FIRST_MILLISECONDS = 10**11
"""Times from this number on are in milliseconds: in seconds, it is in the year 5138."""


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineToken:
    """A machine token that was verified by its signature (a JWT) or by Clerk's API."""

    token_type: TokenType
    id: str
    subject: str
    """The id of a machine (`mch_`), a user (`user_`) or an organization (`org_`)."""
    scopes: tuple[str, ...]
    claims: dict[str, Any] | None = field(default=None, repr=False)
    """Custom claims; of an OAuth access token also `aud`, `act`, `org_id` and `name`. You may change the dictionary."""
    name: str | None = None
    """The name of an API key or an OAuth access token."""
    client_id: str | None = None
    """The OAuth client that the token was issued to."""
    expiration: float | None = None
    """Unix time in milliseconds. None if the token does not expire."""
    created_at: float | None = None
    """Unix time in milliseconds."""
    updated_at: float | None = None
    """Unix time in milliseconds."""

    @property
    def user_id(self) -> str | None:
        """The user that an API key or an OAuth client acts for."""
        return self._subject_with("user_")

    @property
    def org_id(self) -> str | None:
        """The organization that an API key acts for, or that a user chose for an OAuth client."""
        chosen = (self.claims or {}).get("org_id") if self.token_type == OAUTH else None
        return chosen if isinstance(chosen, str) and chosen else self._subject_with("org_")

    @property
    def machine_id(self) -> str | None:
        """The machine that sends an M2M token."""
        return self._subject_with("mch_")

    def _subject_with(self, prefix: str) -> str | None:
        return self.subject if self.subject.startswith(prefix) else None


def from_m2m_jwt(jwt: Jwt) -> MachineToken:
    """Build the token from a verified JWT of a machine."""
    claims = jwt.decode_claims()
    scopes = _split_words(claims.get("scopes"))
    custom = _without(_REGISTERED_CLAIMS, claims)
    return _from_claims(M2M, claims, scopes if scopes is not None else read_texts(claims.get("aud")), claims=custom)


def from_oauth_jwt(jwt: Jwt) -> MachineToken:
    """Build the token from a verified JWT of an OAuth client."""
    claims = jwt.decode_claims()
    scopes = read_texts(claims.get("scp")) if is_list(claims.get("scp")) else _split_words(claims.get("scope")) or ()
    return _from_claims(
        *(OAUTH, claims, scopes),
        client_id=read_string(claims.get("client_id")) or "",
        name=read_string(claims.get("name")),
        claims=_without(_OAUTH_JWT_CLAIMS, claims),
    )


def _from_claims(kind: TokenType, signed: Mapping[str, Any], scopes: tuple[str, ...], **more: Any) -> MachineToken:
    issued = signed.get("iat")
    created_at = None if issued is None else issued * 1000
    return MachineToken(
        token_type=kind,
        id=read_string(signed.get("jti")) or "",
        subject=signed["sub"],
        scopes=scopes,
        expiration=signed["exp"] * 1000,
        created_at=created_at,
        updated_at=created_at,
        **more,
    )


def from_response(kind: TokenType, response: Mapping[str, Any]) -> MachineToken | None:
    """Build the token from the API's response; None if it has no subject, or is revoked, expired or inactive."""
    subject = response.get("subject")
    is_over = any(response.get(key) for key in ("revoked", "expired")) or response.get("active") is False
    if is_over or not isinstance(subject, str) or not subject:
        return None
    return MachineToken(
        token_type=kind,
        id=read_string(response.get("id")) or "",
        subject=subject,
        scopes=read_texts(response.get("scopes")),
        claims=_read_claims(kind, response),
        name=None if kind == M2M else read_string(response.get("name")),
        client_id=read_string(_read_either(response, "client_id", "clientId")) if kind == OAUTH else None,
        expiration=_read_milliseconds(kind, response.get("expiration")),
        created_at=_read_milliseconds(kind, _read_either(response, "created_at", "createdAt")),
        updated_at=_read_milliseconds(kind, _read_either(response, "updated_at", "updatedAt")),
    )


def _read_claims(kind: TokenType, response: Mapping[str, Any]) -> dict[str, Any] | None:
    if kind == OAUTH:
        return _without(_OAUTH_RESPONSE_KEYS, response)
    claims = response.get("claims")
    return claims if is_object(claims) else None


def _without(names: Collection[str], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the values with other names; None if there are none."""
    return {name: value for name, value in values.items() if name not in names} or None


def _read_either(response: Mapping[str, Any], name: str, other: str) -> Any:
    """Return the value under either spelling: Clerk's SDKs pass on both."""
    return response.get(name, response.get(other))


def _split_words(value: object) -> tuple[str, ...] | None:
    return tuple(value.split()) if isinstance(value, str) else None


def _read_milliseconds(kind: TokenType, value: object) -> float | None:
    if not is_number(value):
        return None
    # OAuth access tokens have their times in seconds.
    return value * 1000 if kind == OAUTH and abs(value) < _FIRST_MILLISECONDS else value
