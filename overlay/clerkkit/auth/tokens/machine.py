"""`MachineToken`: what was verified of an M2M token, an API key or an OAuth access token."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import attrs

from clerk_core.guards import is_list, is_object
from clerkkit.auth.tokens.checks import is_number
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.kinds import M2M, OAUTH, TokenType

_REGISTERED = ("iss", "sub", "exp", "nbf", "iat", "jti")
_OF_OAUTH_JWT = (*_REGISTERED, "client_id", "scope", "scp")
_OF_OAUTH_ANSWER = (
    *("object", "id", "client_id", "clientId", "type", "subject", "scopes", "revoked", "revocation_reason"),
    *("revocationReason", "expired", "active", "expiration", "created_at", "createdAt", "updated_at", "updatedAt"),
)
_MILLISECONDS = 10**11
"""Times from here on are in milliseconds: as seconds, they are of the year 5138."""


@attrs.frozen(kw_only=True)
class MachineToken:
    """A machine token that was verified: by its signature (a JWT), or by Clerk's API."""

    token_type: TokenType
    id: str
    subject: str
    """A machine (`mch_`), a user (`user_`) or an organization (`org_`)."""
    scopes: tuple[str, ...]
    claims: dict[str, Any] | None = attrs.field(default=None, repr=False)
    """Custom claims, and all else that an OAuth token says: `aud`, `act`, `org_id`, `name`. It is the caller's own."""
    name: str | None = None
    """Of an API key, or the OAuth access token."""
    client_id: str | None = None
    """The OAuth client that the token was made for."""
    expiration: float | None = None
    """Milliseconds since 1970, as are the next; None for never."""
    created_at: float | None = None
    updated_at: float | None = None

    @property
    def user_id(self) -> str | None:
        """The user for whom an API key or an OAuth client acts."""
        return self._subject("user_")

    @property
    def org_id(self) -> str | None:
        """The organization for which an API key acts, or that a user chose for an OAuth client."""
        chosen = (self.claims or {}).get("org_id") if self.token_type == OAUTH else None
        return chosen if isinstance(chosen, str) and chosen else self._subject("org_")

    @property
    def machine_id(self) -> str | None:
        """The machine that an M2M token is of."""
        return self._subject("mch_")

    def _subject(self, prefix: str) -> str | None:
        return self.subject if self.subject.startswith(prefix) else None


def of_m2m_jwt(jwt: Jwt) -> MachineToken:
    """An M2M token that is a JWT, and was verified."""
    claims = jwt.decoded()
    scopes = _words(claims.get("scopes"))
    own = _beyond(_REGISTERED, claims)
    return _of_jwt(M2M, claims, scopes if scopes is not None else _strings(claims.get("aud")), claims=own)


def of_oauth_jwt(jwt: Jwt) -> MachineToken:
    """An OAuth access token that is a JWT, and was verified."""
    claims = jwt.decoded()
    scopes = _strings(claims.get("scp")) if is_list(claims.get("scp")) else _words(claims.get("scope")) or ()
    return _of_jwt(
        *(OAUTH, claims, scopes),
        client_id=_text(claims.get("client_id")) or "",
        name=_text(claims.get("name")),
        claims=_beyond(_OF_OAUTH_JWT, claims),
    )


def _of_jwt(kind: TokenType, signed: Mapping[str, Any], scopes: tuple[str, ...], **more: Any) -> MachineToken:
    made = signed.get("iat")
    at = None if made is None else made * 1000
    return MachineToken(
        token_type=kind,
        id=_text(signed.get("jti")) or "",
        subject=signed["sub"],
        scopes=scopes,
        expiration=signed["exp"] * 1000,
        created_at=at,
        updated_at=at,
        **more,
    )


def of_answer(kind: TokenType, answer: Mapping[str, Any]) -> MachineToken | None:
    """What the API says of a token; None where that is no proof: it names nobody, or says revoked or expired."""
    subject = answer.get("subject")
    over = any(answer.get(word) for word in ("revoked", "expired")) or answer.get("active") is False
    if over or not isinstance(subject, str) or not subject:
        return None
    custom = answer.get("claims")
    unit = 1000 if kind == OAUTH else 1  # OAuth access tokens have their times in seconds
    return MachineToken(
        token_type=kind,
        id=_text(answer.get("id")) or "",
        subject=subject,
        scopes=_strings(answer.get("scopes")),
        claims=_beyond(_OF_OAUTH_ANSWER, answer) if kind == OAUTH else custom if is_object(custom) else None,
        name=None if kind == M2M else _text(answer.get("name")),
        client_id=_text(_either(answer, "client_id", "clientId")) if kind == OAUTH else None,
        expiration=_milliseconds(answer.get("expiration"), unit),
        created_at=_milliseconds(_either(answer, "created_at", "createdAt"), unit),
        updated_at=_milliseconds(_either(answer, "updated_at", "updatedAt"), unit),
    )


def _beyond(known: Collection[str], values: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is not among the known; None for nothing."""
    return {name: value for name, value in values.items() if name not in known} or None


def _either(answer: Mapping[str, Any], name: str, other: str) -> Any:
    """Clerk's SDKs hand on either spelling."""
    return answer.get(name, answer.get(other))


def _words(value: object) -> tuple[str, ...] | None:
    return tuple(value.split()) if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if is_list(value) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _milliseconds(value: object, unit: int) -> float | None:
    if not is_number(value):
        return None
    return value if abs(value) >= _MILLISECONDS else value * unit
