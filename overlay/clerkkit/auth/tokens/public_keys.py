"""Public keys, parsed once. Signatures are verified here only; PyJWT does the cryptography."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.errors import TokenRefused
from clerkkit.reasons import JWT_KEY_MISSING, VERIFICATION_FAILED

try:
    from jwt import InvalidKeyError
    from jwt.algorithms import RSAAlgorithm
except ImportError as missing:  # PyJWT, or the cryptography that it needs
    raise ImportError('clerkkit.auth needs PyJWT with cryptography: pip install "clerkkit[auth]"') from missing

ALGORITHMS = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "RS384": RSAAlgorithm(RSAAlgorithm.SHA384),
    "RS512": RSAAlgorithm(RSAAlgorithm.SHA512),
}
"""The algorithms that Clerk signs with. No others are accepted: neither `none`, nor HMAC keyed with a public key."""

_MIN_BITS = 2048
"""Minimum size of a key: RFC 7518, section 3.3."""

_ARMOUR = re.compile(r"-----(?:BEGIN|END) PUBLIC KEY-----|\\n|\s")
_KEY_HINT = "Set CLERK_JWT_KEY, or jwt_key, to the PEM public key in Clerk's dashboard."


class PublicKey:
    """An RSA public key, and the algorithm that it is limited to."""

    __slots__ = ("algorithm", "kid", "numbers", "public")

    def __init__(self, public: Any, algorithm: str | None, kid: str = "", numbers: tuple[Any, ...] = ()) -> None:
        self.public = public
        self.algorithm = algorithm
        """None if any of `ALGORITHMS` is allowed."""
        self.kid = kid
        self.numbers = numbers
        """The values that the key was parsed from. Keys with the same numbers are the same key."""

    def has_signed(self, jwt: Jwt) -> bool:
        """Return whether the token's signature was made by this key. Its `alg` must be one of `ALGORITHMS`.

        Raises:
            TokenRefused: the key is limited to another algorithm.
        """
        algorithm = jwt.header["alg"]
        if self.algorithm not in (None, algorithm):
            problem = f"The token is signed with {algorithm}, but its key is for {self.algorithm}."
            raise TokenRefused(VERIFICATION_FAILED, problem)
        return ALGORITHMS[algorithm].verify(jwt.signed, self.public, jwt.signature)


@lru_cache(maxsize=64)
def load_pem_key(pem: str) -> PublicKey:
    """Load a PEM public key. Its BEGIN and END lines may be missing, its line ends may be missing or of any kind.

    The cache compares the whole text, so one tenant never gets the key of another.

    Raises:
        TokenRefused: the text is not an RSA public key of at least 2048 bits.
    """
    body = _ARMOUR.sub("", pem)
    if not body:
        raise TokenRefused(JWT_KEY_MISSING, "jwt_key is empty.")
    lines = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    try:
        public = ALGORITHMS["RS256"].prepare_key(lines)
    except (InvalidKeyError, ValueError, TypeError):
        raise TokenRefused(VERIFICATION_FAILED, "jwt_key is not a PEM public key of RSA.", hint=_KEY_HINT) from None
    if public.key_size < _MIN_BITS:
        raise TokenRefused(VERIFICATION_FAILED, f"jwt_key has less than {_MIN_BITS} bits.", hint=_KEY_HINT)
    return PublicKey(public, "RS256")


def read_jwk_numbers(jwk: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Return the values that identify a JWK; None if it cannot verify Clerk's tokens."""
    kid, algorithm = jwk.get("kid"), jwk.get("alg")
    usable = jwk.get("kty") == "RSA" and jwk.get("use") in (None, "sig") and algorithm in (None, *ALGORITHMS)
    numbers = (kid, algorithm, jwk.get("n"), jwk.get("e"))
    return numbers if usable and all(isinstance(part, str) for part in (kid, *numbers[2:])) else None


def load_jwk(numbers: tuple[Any, ...]) -> PublicKey | None:
    """Load the key of a JWK from `read_jwk_numbers`; None if the key is invalid or too short."""
    kid, algorithm, modulus, exponent = numbers
    try:
        public = RSAAlgorithm.from_jwk({"kty": "RSA", "n": modulus, "e": exponent})
    except (InvalidKeyError, ValueError, TypeError):
        return None
    return None if public.key_size < _MIN_BITS else PublicKey(public, algorithm, kid, numbers)
