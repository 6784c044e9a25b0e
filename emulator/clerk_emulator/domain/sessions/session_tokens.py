"""Session tokens: JWTs that say who is signed in."""

from __future__ import annotations

import functools

from clerk_emulator.domain.billing.claims import claims as billing_claims
from clerk_emulator.domain.sessions import factor_ages
from clerk_emulator.domain.tokens import jwts
from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, ROLES

SESSION_SECONDS = 60
"""Lifetime of a session token in seconds."""


def create(store: Store, keys: Keys, session: Json, *, origin: str | None = None) -> str:
    """Return a session token of version 2. `origin` is that of the requesting page, as for `signer`."""
    return signer(store, keys, session, origin=origin)()


def signer(
    store: Store,
    keys: Keys,
    session: Json,
    *,
    seconds: int | None = None,
    origin: str | None = None,
    compact: bool = True,
) -> jwts.Signer:
    """Return the signer of a session token. `origin` is that of the requesting page; it becomes the claim `azp`.

    A `compact` token has version 2. Others have version 1, which does not contain plans.
    """
    claims: Json = {
        "iss": keys.issuer,
        "sub": session["user_id"],
        "sid": session["id"],
        "sts": session["status"],
        "jti": store.ids.hex(20),
        "fva": factor_ages.of_session(store, session),
        **jwts.lifetime(store, seconds or SESSION_SECONDS),
    }
    if origin or session.get("_origin"):
        claims["azp"] = origin or session["_origin"]
    if session.get("actor"):
        claims["act"] = session["actor"]
    active = session.get("last_active_organization_id")
    member = _membership(store, session["user_id"], active) if active else None
    if compact:
        claims["v"] = 2
        if member:
            claims |= _compact_organization_claims(*member)
        claims |= billing_claims(store, session["user_id"], active if member else None, claims.get("fea", ""))
    elif member:
        claims |= _plain_organization_claims(*member)
    return functools.partial(jwts.sign, keys, claims, category=jwts.SESSION)


def _membership(store: Store, user_id: str, organization_id: str) -> tuple[Json, str, list[str]] | None:
    """Return the organization of a member, the key of the role and its permissions; None if the user is not a member.

    System permissions, whose feature begins with `sys_`, are omitted, because tokens do not contain them.
    """
    membership = store.find(
        MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == user_id
    )
    organization = store.get(ORGANIZATIONS, organization_id)
    if membership is None or organization is None:
        return None
    role = store.find(ROLES, ROLES.c.key == membership["role"]) or {}
    return (
        organization,
        membership["role"],
        [key for key in role.get("_permissions", ()) if not key.startswith("org:sys_")],
    )


def _plain_organization_claims(organization: Json, role: str, permissions: list[str]) -> Json:
    """Return the claims of a member for version 1."""
    return {
        "org_id": organization["id"],
        "org_slug": organization["slug"],
        "org_role": role,
        "org_permissions": permissions,
    }


def _compact_organization_claims(organization: Json, role: str, permissions: list[str]) -> Json:
    """Return the claims `o` and `fea` of a member for version 2.

    Permissions are packed: `per` lists the actions, and `fpm` has a number for each feature in `fea`. Its bit i stands
    for the i-th action.
    """
    pairs = [key.split(":")[1:] for key in permissions]
    features = list(dict.fromkeys(feature for feature, _ in pairs))
    actions = list(dict.fromkeys(action for _, action in pairs))
    claim = {"id": organization["id"], "slg": organization["slug"], "rol": role.removeprefix("org:")}
    if not features:
        return {"o": claim}
    masks = [sum(1 << actions.index(action) for feature, action in pairs if feature == one) for one in features]
    claim |= {"per": ",".join(actions), "fpm": ",".join(map(str, masks))}
    return {"o": claim, "fea": ",".join(f"o:{feature}" for feature in features)}
