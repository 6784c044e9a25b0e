"""Tokens (JWT) that the instance signs."""

from __future__ import annotations

from typing import Any

import jwt

from clerk_emulator import plans
from clerk_emulator.errors import Json
from clerk_emulator.keys import Keys, public_jwk
from clerk_emulator.kinds import MEMBERSHIPS, ORGANIZATIONS, ROLES
from clerk_emulator.store import Store

SESSION = "cl_B7d4PD111AAA"
TEMPLATE = "cl_B7d4PD222AAA"
MACHINE = "cl_B7d4PD333AAA"
"""Values of the header `cat`: what a token is good for."""

SESSION_SECONDS = 60
SKEW_SECONDS = 10
"""How long a session token lives, and how far before its making it begins to be valid."""


def sign(
    keys: Keys,
    claims: Json,
    *,
    category: str | None = None,
    key: str | None = None,
    algorithm: str = "RS256",
    headers: Json | None = None,
) -> str:
    """A token with these claims, signed with the instance's key, or with another `key` for `algorithm`."""
    extra = {"kid": keys.instance_id, **({"cat": category} if category else {}), **(headers or {})}
    return jwt.encode(claims, key or keys.private_pem, algorithm, headers=extra)


def read(keys: Keys, token: str) -> Json | None:
    """The claims of a token that the instance has signed, whatever its age; None for any other."""
    public = jwt.PyJWK(public_jwk(keys.private_pem, keys.instance_id)).key
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: Json = jwt.decode(token, public, algorithms=["RS256"], options=options)
    except jwt.InvalidTokenError:
        return None
    return claims


def lifetime(store: Store, seconds: int, skew: int = SKEW_SECONDS) -> Json:
    """The claims `iat`, `nbf` and `exp` of a token that lives for `seconds` from now on."""
    now = store.clock.now() // 1000
    return {"iat": now, "nbf": now - skew, "exp": now + seconds}


def session_token(
    store: Store, keys: Keys, session: Json, *, seconds: int | None = None, origin: str | None = None
) -> str:
    """A session token, version 2. `origin` is that of the page that asks, which becomes `azp`."""
    claims: Json = {
        "v": 2,
        "iss": keys.issuer,
        "sub": session["user_id"],
        "sid": session["id"],
        "sts": session["status"],
        "jti": store.ids.hex(20),
        "fva": [(store.clock.now() - session["created_at"]) // 60_000, -1],
        **lifetime(store, seconds or SESSION_SECONDS),
    }
    if origin or session.get("_origin"):
        claims["azp"] = origin or session["_origin"]
    if session.get("actor"):
        claims["act"] = session["actor"]
    active = session.get("last_active_organization_id")
    if active:
        claims |= organization_claims(store, session["user_id"], active)
    claims |= plans.claims(store, session["user_id"], active if "o" in claims else None, claims.get("fea", ""))
    return sign(keys, claims, category=SESSION)


def organization_claims(store: Store, user_id: str, organization_id: str) -> Json:
    """The claims `o` and `fea` of a member; none for one who is no member.

    The permissions of a role are packed: `per` names what can be done, and for each feature in `fea` there is a number
    in `fpm` whose bit i stands for the i-th name. Clerk's own permissions, of features that begin with `sys_`, are left
    out.
    """
    membership = store.find(
        MEMBERSHIPS, MEMBERSHIPS.c.organization_id == organization_id, MEMBERSHIPS.c.user_id == user_id
    )
    organization = store.get(ORGANIZATIONS, organization_id)
    if membership is None or organization is None:
        return {}
    role = store.find(ROLES, ROLES.c.key == membership["role"])
    held = [key.split(":")[1:] for key in (role or {}).get("_permissions", ()) if not key.startswith("org:sys_")]
    features = list(dict.fromkeys(feature for feature, _ in held))
    names = list(dict.fromkeys(name for _, name in held))
    claim = {"id": organization_id, "slg": organization["slug"], "rol": membership["role"].removeprefix("org:")}
    if not features:
        return {"o": claim}
    masks = [sum(1 << names.index(name) for feature, name in held if feature == one) for one in features]
    claim |= {"per": ",".join(names), "fpm": ",".join(map(str, masks))}
    return {"o": claim, "fea": ",".join(f"o:{feature}" for feature in features)}
