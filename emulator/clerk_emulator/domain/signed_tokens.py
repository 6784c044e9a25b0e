"""Tokens (JWT) that the instance signs."""

from __future__ import annotations

import functools
from typing import Any

import jwt
from jwt.algorithms import get_default_algorithms

from clerk_emulator.domain import plans
from clerk_emulator.errors import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store
from clerk_emulator.storage.tables import MEMBERSHIPS, ORGANIZATIONS, ROLES

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
    signing_key = _signing_key(algorithm, key) if key else keys.private_key
    return jwt.encode(claims, signing_key, algorithm, headers=extra)


@functools.lru_cache(maxsize=128)
def _signing_key(algorithm: str, key: str) -> Any:
    """A PEM key or a secret as PyJWT uses it. Kept, as to read a key takes many times as long as to sign with it."""
    return get_default_algorithms()[algorithm].prepare_key(key)


def read(keys: Keys, token: str) -> Json | None:
    """The claims of a token that the instance has signed, whatever its age; None for any other."""
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: Json = jwt.decode(token, keys.public_key, algorithms=["RS256"], options=options)
    except jwt.InvalidTokenError:
        return None
    return claims


def lifetime(store: Store, seconds: int, skew: int = SKEW_SECONDS) -> Json:
    """The claims `iat`, `nbf` and `exp` of a token that lives for `seconds` from now on."""
    now = store.clock.now() // 1000
    return {"iat": now, "nbf": now - skew, "exp": now + seconds}


def session_token(
    store: Store,
    keys: Keys,
    session: Json,
    *,
    seconds: int | None = None,
    origin: str | None = None,
    compact: bool = True,
) -> str:
    """A session token. `origin` is that of the page that asks, which becomes `azp`.

    `compact` tokens are of version 2; others are of version 1, which know no plans.
    """
    claims: Json = {
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
    member = _membership(store, session["user_id"], active) if active else None
    if not compact:
        return sign(keys, claims | (_plain_organization_claims(*member) if member else {}), category=SESSION)
    claims["v"] = 2
    if member:
        claims |= _compact_organization_claims(*member)
    claims |= plans.claims(store, session["user_id"], active if member else None, claims.get("fea", ""))
    return sign(keys, claims, category=SESSION)


def _membership(store: Store, user_id: str, organization_id: str) -> tuple[Json, str, list[str]] | None:
    """The organization of a member, the key of the member's role, and its permissions; None for one who is no member.

    Clerk's own permissions, of features that begin with `sys_`, are in no token, and left out.
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
    """The claims of a member in version 1."""
    return {
        "org_id": organization["id"],
        "org_slug": organization["slug"],
        "org_role": role,
        "org_permissions": permissions,
    }


def _compact_organization_claims(organization: Json, role: str, permissions: list[str]) -> Json:
    """The claims `o` and `fea` of a member in version 2.

    The permissions are packed: `per` names what can be done, and for each feature in `fea` there is a number in `fpm`
    whose bit i stands for the i-th name.
    """
    held = [key.split(":")[1:] for key in permissions]
    features = list(dict.fromkeys(feature for feature, _ in held))
    names = list(dict.fromkeys(name for _, name in held))
    claim = {"id": organization["id"], "slg": organization["slug"], "rol": role.removeprefix("org:")}
    if not features:
        return {"o": claim}
    masks = [sum(1 << names.index(name) for feature, name in held if feature == one) for one in features]
    claim |= {"per": ",".join(names), "fpm": ",".join(map(str, masks))}
    return {"o": claim, "fea": ",".join(f"o:{feature}" for feature in features)}
