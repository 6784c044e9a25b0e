"""Reads what a session allows: roles, permissions, features and plans, from claims of version 1 and 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from clerk_core.guards import is_object
from clerkkit.auth.tokens.json_values import read_text, read_texts

_SCOPES = {"o": "o", "org": "o", "organization": "o", "u": "u", "user": "u"}

_MAX_MASK_DIGITS = 4000
"""Below the length from which `int()` raises; much longer than any mask."""


class Organization(NamedTuple):
    """The active organization of a session. All fields are empty if there is none."""

    id: str | None = None
    slug: str | None = None
    role: str | None = None
    permissions: tuple[str, ...] = ()


def read_organization(claims: Mapping[str, Any]) -> Organization:
    """Return the active organization. The claims are of version 2 if `v` is the number 2, otherwise of version 1."""
    if claims.get("v") != 2:
        return Organization(
            read_text(claims.get("org_id")),
            read_text(claims.get("org_slug")),
            read_text(claims.get("org_role")),
            read_texts(claims.get("org_permissions")),
        )
    packed = claims.get("o")
    if not is_object(packed) or not packed:
        return Organization()
    role = read_text(packed.get("rol"))
    features, names, masks = (
        read_text(value) or "" for value in (claims.get("fea"), packed.get("per"), packed.get("fpm"))
    )
    return Organization(
        read_text(packed.get("id")),
        read_text(packed.get("slg")),
        f"org:{role}" if role else None,
        tuple(unpack_permissions(features, names, masks)),
    )


def unpack_permissions(features: str, names: str, masks: str) -> list[str]:
    """Return the permissions in claims of version 2.

    Bit j of the i-th mask grants the j-th name for the i-th feature. Only features of organizations count, since the
    others have no mask. A malformed list grants nothing.
    """
    parts = _split(features)
    if not names or not masks or any(":" not in part for part in parts):
        return []
    scoped = [part.partition(":") for part in parts]
    of_organization = [slug for scope, _, slug in scoped if scope in ("o", "ou", "uo")]
    permissions: list[str] = []
    for feature, mask in zip(of_organization, _split(masks), strict=False):
        # int() would also accept a sign, spaces and underscores.
        is_mask = mask.isascii() and mask.isdecimal() and len(mask) < _MAX_MASK_DIGITS
        bits = int(mask) if is_mask else 0
        permissions += [f"org:{feature}:{name}" for index, name in enumerate(_split(names)) if bits >> index & 1]
    return permissions


def has_role(organization: Organization, role: object) -> bool:
    """Return whether this is the role in the active organization. The prefix `org:` is optional."""
    held = organization.role
    return bool(organization.id and held) and isinstance(role, str) and _add_prefix(role) == _add_prefix(held or "")


def has_permission(organization: Organization, permission: object) -> bool:
    """Return whether the active organization grants the permission. The prefix `org:` is optional."""
    if not organization.id or not isinstance(permission, str):
        return False
    return _add_prefix(permission) in organization.permissions


def includes_slug(scoped_slugs: object, wanted: object) -> bool:
    """Return whether a list such as `o:reports,u:export`, from the claims `fea` and `pla`, includes a slug.

    With a scope, only slugs of that scope count: `o`, `org` or `organization`; `u` or `user`.
    """
    if not isinstance(scoped_slugs, str) or not scoped_slugs or not isinstance(wanted, str):
        return False
    parts = _split(scoped_slugs)
    if any(":" not in part for part in parts):
        return False
    scope, colon, slug = wanted.partition(":")
    scopes = {_SCOPES.get(scope, "")} if colon else {"o", "u"}
    slug = slug.partition(":")[0] if colon else wanted
    if not slug:
        return False
    scoped = (part.partition(":") for part in parts)
    return any(name == slug and scopes & set(where) for where, _, name in scoped if where in ("o", "u", "ou", "uo"))


def _add_prefix(name: str) -> str:
    while name.startswith("org:"):
        name = name[len("org:") :]
    return f"org:{name}"


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]
