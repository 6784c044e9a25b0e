"""Sign and read the instance's JWTs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from clerk_emulator.json_types import Json
from clerk_emulator.storage.keys import Keys
from clerk_emulator.storage.store import Store

# Functions import PyJWT, because an emulator starts faster without it.

SESSION = "cl_B7d4PD111AAA"
TEMPLATE = "cl_B7d4PD222AAA"
MACHINE = "cl_B7d4PD333AAA"
"""Values of the header `cat`: the category of a token."""

Signer = Callable[[], str]
"""Signs a token whose claims are set. It takes most of a token's time and does not use the store."""

SKEW_SECONDS = 10
"""Seconds by which a token is valid before its creation."""


def sign(
    keys: Keys,
    claims: Json,
    *,
    category: str | None = None,
    key: str | None = None,
    algorithm: str = "RS256",
    headers: Json | None = None,
) -> str:
    """Return a JWT signed with the instance's key, or with another `key` for `algorithm`."""
    import jwt

    extra = {"kid": keys.instance_id, **({"cat": category} if category else {}), **(headers or {})}
    signing_key = _signing_key(algorithm, key) if key else keys.private_key
    return jwt.encode(claims, signing_key, algorithm, headers=extra)


@functools.lru_cache(maxsize=128)
def _signing_key(algorithm: str, key: str) -> Any:
    """Return a PEM key or a secret as PyJWT uses it. Cached, because parsing a key is slower than signing with it."""
    from jwt.algorithms import get_default_algorithms

    return get_default_algorithms()[algorithm].prepare_key(key)


def read(keys: Keys, token: str) -> Json | None:
    """Return the claims of a token that the instance has signed, even an expired one; None for any other token."""
    import jwt

    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        claims: Json = jwt.decode(token, keys.public_key, algorithms=["RS256"], options=options)
    except jwt.InvalidTokenError:
        return None
    return claims


def lifetime(store: Store, seconds: int, skew: int = SKEW_SECONDS) -> Json:
    """Return the claims `iat`, `nbf` and `exp` of a token that expires in `seconds`. `skew` moves `nbf` back."""
    now = store.clock.now() // 1000
    return {"iat": now, "nbf": now - skew, "exp": now + seconds}
