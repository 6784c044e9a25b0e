"""`SessionClaims`: what a session token says, of either version, in one form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs

from clerk_core import UNSET, Unset
from clerk_core.guards import is_list, is_object
from clerkkit.auth.tokens.authorization import Organization, has_permission, has_role, includes, organization_of
from clerkkit.auth.tokens.jwts import Jwt


@attrs.frozen(slots=False, kw_only=True, repr=False)
class SessionClaims:
    """The claims of a verified session token. It never changes, and may be shared by requests."""

    user_id: str
    session_id: str | None
    """None in tokens of JWT templates."""
    status: str | None
    """`active`, or `pending`: the user has yet to finish something, such as choosing an organization."""
    org_id: str | None
    org_slug: str | None
    org_role: str | None
    """With its prefix, as in `org:admin`."""
    org_permissions: tuple[str, ...]
    """As in `org:reports:read`; Clerk's own (`org:sys_...`) are in no token."""
    plan: str | None
    """As in `o:pro`: the plan of the organization (`o`) or of the user (`u`)."""
    features: tuple[str, ...]
    """As in `o:reports`: those of the organization (`o`), of the user (`u`), of both (`ou`)."""
    factor_ages: tuple[int, int] | None
    """Minutes since the first and the second factor were verified; -1 for never."""
    issuer: str | None
    authorized_party: str | None
    """The origin that the token was made for."""
    issued_at: float | None
    """Seconds since 1970, as is the next."""
    expires_at: float
    payload: str
    """All claims as JSON, as they were signed."""

    @property
    def raw(self) -> dict[str, Any]:
        """All claims, custom ones too, as a new dictionary each time."""
        claims: dict[str, Any] = json.loads(self.payload)
        return claims

    @property
    def actor(self) -> dict[str, Any] | None:
        """Who acts as this user: `sub` is the impersonator's user id."""
        actor = self.raw.get("act")
        return actor if is_object(actor) else None

    @property
    def pending(self) -> bool:
        """Whether the user has yet to finish something, and should be treated as signed out until then."""
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
    ) -> bool:
        """Whether the session has all that is asked for. Nothing asked for is False, and so is None.

        Args:
            role: A role in the active organization, such as `admin` or `org:admin`.
            permission: A permission there, such as `reports:read` or `org:reports:read`.
            feature: A feature of the organization or user, such as `reports`; `o:reports` asks the organization alone.
            plan: A plan, in the same way.
        """
        asked: list[bool] = []
        if role is not UNSET:
            asked.append(has_role(self._organization, role))
        if permission is not UNSET:
            asked.append(has_permission(self._organization, permission))
        if feature is not UNSET:
            asked.append(includes(",".join(self.features), feature))
        if plan is not UNSET:
            asked.append(includes(self.plan, plan))
        return bool(self.user_id and asked) and all(asked)

    def __repr__(self) -> str:
        return f"SessionClaims({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> Iterator[tuple[str, str | None]]:
        """Return what `rich` shows, which would show all attributes: the same as `repr`."""
        return iter((("user_id", self.user_id), ("session_id", self.session_id), ("org_id", self.org_id)))


def session_claims(jwt: Jwt) -> SessionClaims:
    """The claims of a token that was verified; made once."""
    if jwt.session is None:
        claims = jwt.decoded()
        organization = organization_of(claims)
        features = _text(claims.get("fea"))
        jwt.session = SessionClaims(
            user_id=claims["sub"],
            session_id=_text(claims.get("sid")),
            status=_text(claims.get("sts")),
            org_id=organization.id,
            org_slug=organization.slug,
            org_role=organization.role,
            org_permissions=organization.permissions,
            plan=_text(claims.get("pla")),
            features=tuple(part.strip() for part in features.split(",")) if features else (),
            factor_ages=_ages(claims.get("fva")),
            issuer=_text(claims.get("iss")),
            authorized_party=_text(claims.get("azp")),
            issued_at=claims.get("iat"),
            expires_at=claims["exp"],
            payload=jwt.payload,
        )
    session: SessionClaims = jwt.session
    return session


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _ages(value: object) -> tuple[int, int] | None:
    if not is_list(value) or len(value) != 2 or not all(type(age) is int and age >= -1 for age in value):
        return None
    return value[0], value[1]
