"""`MachineToken`: what was verified of an M2M token, an API key or an OAuth access token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from clerk_core.guards import is_list, is_object
from clerkkit.auth.jwts import Jwt
from clerkkit.auth.kinds import API_KEY, M2M, OAUTH, TokenType

_REGISTERED = ("iss", "sub", "exp", "nbf", "iat", "jti")


@attrs.frozen(kw_only=True)
class MachineToken:
    """A machine token that was verified: by its signature (a JWT), or by Clerk's API."""

    token_type: TokenType
    id: str
    subject: str
    """A machine (`mch_`), a user (`user_`) or an organization (`org_`)."""
    scopes: tuple[str, ...]
    claims: dict[str, Any] | None = None
    """Custom claims of M2M tokens and API keys."""
    name: str | None = None
    """Of an API key."""
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
        """The organization for which an API key acts."""
        return self._subject("org_")

    @property
    def machine_id(self) -> str | None:
        """The machine that an M2M token is of."""
        return self._subject("mch_")

    def _subject(self, prefix: str) -> str | None:
        return self.subject if self.subject.startswith(prefix) else None


def of_m2m_jwt(jwt: Jwt) -> MachineToken:
    """An M2M token that is a JWT, and was verified."""
    claims = jwt.claims
    scopes = _words(claims.get("scopes"))
    own = {name: value for name, value in claims.items() if name not in _REGISTERED}
    return _of_jwt(M2M, jwt, scopes if scopes is not None else _strings(claims.get("aud")), claims=own or None)


def of_oauth_jwt(jwt: Jwt) -> MachineToken:
    """An OAuth access token that is a JWT, and was verified."""
    claims = jwt.claims
    scopes = _strings(claims.get("scp")) if is_list(claims.get("scp")) else _words(claims.get("scope")) or ()
    return _of_jwt(OAUTH, jwt, scopes, client_id=_text(claims.get("client_id")) or "")


def _of_jwt(kind: TokenType, jwt: Jwt, scopes: tuple[str, ...], **more: Any) -> MachineToken:
    claims = jwt.claims
    made = claims.get("iat")
    at = None if made is None else made * 1000
    return MachineToken(
        token_type=kind,
        id=_text(claims.get("jti")) or "",
        subject=claims["sub"],
        scopes=scopes,
        expiration=claims["exp"] * 1000,
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
    claims = answer.get("claims")
    return MachineToken(
        token_type=kind,
        id=_text(answer.get("id")) or "",
        subject=subject,
        scopes=_strings(answer.get("scopes")),
        claims=claims if kind != OAUTH and is_object(claims) else None,
        name=_text(answer.get("name")) if kind == API_KEY else None,
        client_id=_text(_either(answer, "client_id", "clientId")) if kind == OAUTH else None,
        expiration=_number(answer.get("expiration")),
        created_at=_number(_either(answer, "created_at", "createdAt")),
        updated_at=_number(_either(answer, "updated_at", "updatedAt")),
    )


def _either(answer: Mapping[str, Any], name: str, other: str) -> Any:
    """Clerk's SDKs hand on either spelling."""
    return answer.get(name, answer.get(other))


def _words(value: object) -> tuple[str, ...] | None:
    return tuple(value.split()) if isinstance(value, str) else None


def _strings(value: object) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if is_list(value) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
