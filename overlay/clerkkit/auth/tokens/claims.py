"""`SessionClaims`: the claims of a session token, in one form for all versions of tokens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from clerk_core import UNSET, Unset
from clerk_core.guards import is_object
from clerkkit.auth.tokens.authorization import Organization, has_permission, has_role, includes_slug, read_organization
from clerkkit.auth.tokens.json_values import read_text
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.reverification import Reverification, is_reverified, read_factor_ages


@dataclass(frozen=True, kw_only=True, repr=False)
class SessionClaims:
    """The claims of a verified session token. Immutable; requests with the same token may share it."""

    user_id: str
    session_id: str | None
    """None in tokens of JWT templates."""
    status: str | None
    """`active`, or `pending`: the user must finish a task first, such as choosing an organization."""
    org_id: str | None
    org_slug: str | None
    org_role: str | None
    """With its prefix, such as `org:admin`."""
    org_permissions: tuple[str, ...]
    """Such as `org:reports:read`. Tokens never contain system permissions (`org:sys_...`)."""
    plan: str | None
    """Such as `o:pro`: the plan of the organization (`o`) or of the user (`u`)."""
    features: tuple[str, ...]
    """Such as `o:reports`: features of the organization (`o`), of the user (`u`), or of both (`ou`)."""
    factor_ages: tuple[float, float] | None
    """Minutes since the first and the second factor were verified, when the token was issued; -1 for a factor that the
    user does not have."""
    issuer: str | None
    authorized_party: str | None
    """The origin that the token was issued for."""
    issued_at: float | None
    """Unix time in seconds."""
    expires_at: float
    """Unix time in seconds."""
    payload: str
    """All claims as JSON, exactly as signed."""

    @property
    def raw(self) -> dict[str, Any]:
        """All claims, including custom ones, as a new dictionary."""
        claims: dict[str, Any] = json.loads(self.payload)
        return claims

    @property
    def actor(self) -> dict[str, Any] | None:
        """The impersonator, whose user id is `actor["sub"]`; None if nobody impersonates the user."""
        actor = self.raw.get("act")
        return actor if is_object(actor) else None

    @property
    def pending(self) -> bool:
        """Whether the user must finish a task first, and should be treated as signed out until then."""
        return self.status == "pending"

    @cached_property
    def _organization(self) -> Organization:
        return Organization(self.org_id, self.org_slug, self.org_role, self.org_permissions)

    def has(
        self,
        *,
        role: str | Unset = UNSET,
        permission: str | Unset = UNSET,
        feature: str | Unset = UNSET,
        plan: str | Unset = UNSET,
        reverification: Reverification | Unset = UNSET,
    ) -> bool:
        """Return whether the session has everything that is asked for. False if nothing is, or if a value is malformed.

        Args:
            role: A role in the active organization, such as `admin` or `org:admin`.
            permission: A permission in the active organization, such as `reports:read` or `org:reports:read`.
            feature: A feature of the organization or user, such as `reports`. `o:reports` means the organization only.
            plan: A plan of the organization or user, such as `pro`. `o:pro` means the organization only.
            reverification: How recently the user must have verified a factor: `strict_mfa` (both factors within 10
                minutes), `strict` (the second factor, 10 minutes), `moderate` (an hour), `lax` (a day), or
                `{"level": "first_factor", "after_minutes": 5}`. Users without a second factor verify the first one.
        """
        results: list[bool] = []
        if role is not UNSET:
            results.append(has_role(self._organization, role))
        if permission is not UNSET:
            results.append(has_permission(self._organization, permission))
        if feature is not UNSET:
            results.append(includes_slug(",".join(self.features), feature))
        if plan is not UNSET:
            results.append(includes_slug(self.plan, plan))
        if reverification is not UNSET:
            results.append(is_reverified(self.factor_ages, reverification))
        return bool(self.user_id and results) and all(results)

    def __repr__(self) -> str:
        return f"SessionClaims({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> Iterator[tuple[str, str | None]]:
        """Limit what `rich` prints to the fields of `repr`."""
        return iter((("user_id", self.user_id), ("session_id", self.session_id), ("org_id", self.org_id)))


def build_session_claims(jwt: Jwt) -> SessionClaims:
    """Return the claims of a verified token. They are built once for each `Jwt`."""
    if jwt.session_claims is None:
        claims = jwt.decode_claims()
        organization = read_organization(claims)
        features = read_text(claims.get("fea"))
        jwt.session_claims = SessionClaims(
            user_id=claims["sub"],
            session_id=read_text(claims.get("sid")),
            status=read_text(claims.get("sts")),
            org_id=organization.id,
            org_slug=organization.slug,
            org_role=organization.role,
            org_permissions=organization.permissions,
            plan=read_text(claims.get("pla")),
            features=tuple(part.strip() for part in features.split(",")) if features else (),
            factor_ages=read_factor_ages(claims.get("fva")),
            issuer=read_text(claims.get("iss")),
            authorized_party=read_text(claims.get("azp")),
            issued_at=claims.get("iat"),
            expires_at=claims["exp"],
            payload=jwt.payload,
        )
    session_claims: SessionClaims = jwt.session_claims
    return session_claims
