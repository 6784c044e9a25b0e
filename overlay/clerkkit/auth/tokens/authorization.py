"""What a session allows: roles, permissions, features and plans, read from claims of version 1 and 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from clerk_core.guards import is_list, is_object

_SCOPES = {"o": "o", "org": "o", "organization": "o", "u": "u", "user": "u"}


class Organization(NamedTuple):
    """The active organization of a session; all empty without one."""

    id: str | None = None
    slug: str | None = None
    role: str | None = None
    permissions: tuple[str, ...] = ()


def organization_of(claims: Mapping[str, Any]) -> Organization:
    """The active organization. The number 2 in `v` means the second version of the claims; all else the first."""
    if claims.get("v") != 2:
        listed = claims.get("org_permissions")
        held = [one for one in listed if isinstance(one, str)] if is_list(listed) else []
        return Organization(_text(claims, "org_id"), _text(claims, "org_slug"), _text(claims, "org_role"), tuple(held))
    packed = claims.get("o")
    if not is_object(packed) or not packed:
        return Organization()
    role = _text(packed, "rol")
    return Organization(
        _text(packed, "id"),
        _text(packed, "slg"),
        f"org:{role}" if role else None,
        tuple(permissions(_text(claims, "fea") or "", _text(packed, "per") or "", _text(packed, "fpm") or "")),
    )


def permissions(features: str, names: str, masks: str) -> list[str]:
    """Unpack the permissions of version 2: bit j of the i-th number is the j-th name, for the i-th feature.

    Features are those of organizations: the others in the list have no number. A list that cannot be read gives none.
    """
    parts = _split(features)
    if not names or not masks or any(":" not in part for part in parts):
        return []
    scoped = [part.partition(":") for part in parts]
    of_organization = [slug for scope, _, slug in scoped if scope in ("o", "ou", "uo")]
    found: list[str] = []
    for feature, mask in zip(of_organization, _split(masks), strict=False):
        # int() takes a sign, spaces and underscores, too, and refuses what is longer than any mask.
        bits = int(mask) if mask.isascii() and mask.isdecimal() and len(mask) < 4000 else 0
        found += [f"org:{feature}:{name}" for place, name in enumerate(_split(names)) if bits >> place & 1]
    return found


def has_role(organization: Organization, role: object) -> bool:
    """Whether it is the role in the active organization, with or without `org:`."""
    held = organization.role
    return bool(organization.id and held) and isinstance(role, str) and _prefixed(role) == _prefixed(held or "")


def has_permission(organization: Organization, permission: object) -> bool:
    """Whether the permission is held in the active organization; it may be asked for without `org:`."""
    if not organization.id or not isinstance(permission, str):
        return False
    return _prefixed(permission) in organization.permissions


def includes(listed: object, wanted: object) -> bool:
    """Whether a list of `scope:slug`, as in the claims `fea` and `pla`, has a slug in a scope, or in any.

    Scopes are `o`, `org`, `organization`, and `u`, `user`. Another one is in no list.
    """
    if not isinstance(listed, str) or not listed or not isinstance(wanted, str):
        return False
    parts = _split(listed)
    if any(":" not in part for part in parts):
        return False
    scope, colon, slug = wanted.partition(":")
    scopes = {_SCOPES.get(scope, "")} if colon else {"o", "u"}
    slug = slug.partition(":")[0] if colon else wanted
    if not slug:
        return False
    scoped = (part.partition(":") for part in parts)
    return any(name == slug and scopes & set(where) for where, _, name in scoped if where in ("o", "u", "ou", "uo"))


def _prefixed(name: str) -> str:
    while name.startswith("org:"):
        name = name[len("org:") :]
    return f"org:{name}"


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None
