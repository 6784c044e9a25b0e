"""The claims of a session token about the active organization, in both versions."""

from __future__ import annotations

from collections.abc import Collection

from clerk_core import InvalidArgument

_ORGANIZATION_SCOPES = ("o", "ou", "uo")
_SCOPES = ("u", *_ORGANIZATION_SCOPES)


def organization_claims(
    version: int,
    org_id: str | None,
    slug: str,
    role: str,
    permissions: Collection[str],
    features: Collection[str],
) -> dict[str, object]:
    """Return the claims of a member, or none without `org_id`; version 2 adds the features.

    Raises:
        InvalidArgument: see `FakeInstance.session_token`.
    """
    if version == 1:
        if features:
            raise InvalidArgument("features", "are not part of version 1 of the claims")
        organization = {"org_id": org_id, "org_slug": slug, "org_role": role, "org_permissions": [*permissions]}
        return {**organization} if org_id is not None else {}
    held = [_split_permission(permission) for permission in permissions] if org_id is not None else []
    listed = [_split_feature(feature) for feature in features]
    organization_features = [name for scope, name in listed if scope in _ORGANIZATION_SCOPES]
    added = dict.fromkeys(feature for feature, _ in held if feature not in organization_features)
    fea = [f"{scope}:{name}" for scope, name in listed] + [f"o:{name}" for name in added]
    claims: dict[str, object] = {"fea": ",".join(fea)} if fea else {}
    if org_id is not None:
        claims["o"] = {
            "id": org_id,
            "slg": slug,
            "rol": role.removeprefix("org:"),
            **_pack_permissions([*organization_features, *added], held),
        }
    return claims


def _pack_permissions(features: list[str], held: list[tuple[str, str]]) -> dict[str, str]:
    """Return the permission names, and a bit mask for each feature: bit i stands for the i-th name."""
    if not held:
        return {}
    names = [*dict.fromkeys(name for _, name in held)]
    masks = [sum({1 << names.index(name) for feature, name in held if feature == one}) for one in features]
    return {"per": ",".join(names), "fpm": ",".join(map(str, masks))}


def _split_permission(permission: str) -> tuple[str, str]:
    match permission.split(":"):
        case ["org", str(feature), str(name)] if feature and name:
            return feature, name
        case _:
            raise InvalidArgument("org_permissions", f"expected org:<feature>:<permission>, got {permission!r}")


def _split_feature(feature: str) -> tuple[str, str]:
    scope, _, name = feature.partition(":")
    if scope not in _SCOPES or not name:
        raise InvalidArgument("features", f"expected a scope and a name, as in o:boards or u:themes, got {feature!r}")
    return scope, name
