"""Create tokens, signed by PyJWT with keys generated at run time, and their public keys."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from clerkkit import AsyncClerk, Clerk
from clerkkit.auth import AsyncAuth, Auth, AuthOptions, AuthState
from clerkkit.auth.client import SEND_ONCE_SECONDS
from clerkkit.options import with_single_attempt

NOW = 1_800_000_000
HOST = "clerk.shop.test"
ISSUER = f"https://{HOST}"
ORIGIN = "https://shop.test"
KID = "ins_1"
CATEGORY = "cl_B7d4PD111AAA"


@cache
def _made(name: str, bits: int) -> RSAPrivateKey:
    assert name
    return generate_private_key(65537, bits)


def private(name: str = "first", bits: int = 2048) -> RSAPrivateKey:
    """Return the private key with this name, generated when first used."""
    return _made(name, bits)


@cache
def pem(name: str = "first", bits: int = 2048) -> str:
    encoded = private(name, bits).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


@cache
def jwk(name: str = "first", kid: str = KID, bits: int = 2048) -> dict[str, Any]:
    made = jwt.algorithms.RSAAlgorithm.to_jwk(private(name, bits).public_key(), as_dict=True)
    return {"kty": "RSA", "n": made["n"], "e": made["e"], "kid": kid, "alg": "RS256", "use": "sig"}


def jwks(*keys: dict[str, Any]) -> dict[str, Any]:
    return {"keys": list(keys or (jwk(),))}


def claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a session token. None removes a claim."""
    whole = {
        "sub": "user_1",
        "sid": "sess_1",
        "iss": ISSUER,
        "azp": ORIGIN,
        "iat": NOW,
        "nbf": NOW - 10,
        "exp": NOW + 60,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def token(
    *,
    key: str = "first",
    algorithm: str = "RS256",
    headers: dict[str, Any] | None = None,
    bits: int = 2048,
    **changes: Any,
) -> str:
    """Return a session token with other claims or headers."""
    extra = {"kid": KID, "cat": CATEGORY, **(headers or {})}
    # PyJWT omits an empty `typ`, and adds JWT if there is none.
    extra = {name: value or "" for name, value in extra.items() if value is not None or name == "typ"}
    return jwt.PyJWS().encode(json.dumps(claims(**changes)).encode(), private(key, bits), algorithm, headers=extra)


def forged(header: dict[str, Any], payload: dict[str, Any], signature: bytes = b"none") -> str:
    """Return an unsigned token."""
    parts = (json.dumps(header).encode(), json.dumps(payload).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def publishable_key(*, live: bool = True, host: str = HOST) -> str:
    return f"pk_{'live' if live else 'test'}_" + base64.b64encode(f"{host}$".encode()).decode().rstrip("=")


def options(*, live: bool = True, **more: Any) -> AuthOptions:
    return AuthOptions(**{"publishable_key": publishable_key(live=live), **more})


def make_auth(clerk: Clerk, state: AuthState, secret_key: str) -> Auth:
    """Return the same as `clerk.auth`, with another state."""
    return Auth(clerk, with_single_attempt(clerk, SEND_ONCE_SECONDS), state, secret_key)


def make_async_auth(clerk: AsyncClerk, state: AuthState, secret_key: str) -> AsyncAuth:
    """Return the same as `clerk.auth`, with another state."""
    return AsyncAuth(clerk, with_single_attempt(clerk, SEND_ONCE_SECONDS), state, secret_key)
