"""Public keys, parsed once, and the one place where a signature is looked at. PyJWT does the cryptography."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.reasons import FAILED, NO_LOCAL_KEY
from clerkkit.errors import TokenRefused

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
"""What Clerk signs with. Nothing else is ever tried: no `none`, no HMAC that takes a public key for a secret."""

_SMALLEST = 2048
"""Bits of a key: RFC 7518, section 3.3."""

_ARMOUR = re.compile(r"-----(?:BEGIN|END) PUBLIC KEY-----|\\n|\s")
_KEY_HINT = "Set CLERK_JWT_KEY, or jwt_key, to the PEM public key in Clerk's dashboard."


class Key:
    """A public key, and the algorithm that it is for; None for any."""

    __slots__ = ("algorithm", "kid", "numbers", "public")

    def __init__(self, public: Any, algorithm: str | None, kid: str = "", numbers: tuple[Any, ...] = ()) -> None:
        self.public = public
        self.algorithm = algorithm
        self.kid = kid
        self.numbers = numbers
        """What it was parsed from: two keys with the same numbers are one key."""

    def signed(self, jwt: Jwt) -> bool:
        """Whether this key made the token's signature, whose algorithm is one of `ALGORITHMS`.

        Raises:
            TokenRefused: the key is for another algorithm.
        """
        algorithm = jwt.header["alg"]
        if self.algorithm not in (None, algorithm):
            raise TokenRefused(FAILED, f"The token is signed with {algorithm}, and its key is for {self.algorithm}.")
        return ALGORITHMS[algorithm].verify(jwt.signed, self.public, jwt.signature)


@lru_cache(maxsize=64)
def of_pem(pem: str) -> Key:
    """The key of a PEM public key, with or without its BEGIN and END lines, with line ends of any kind or none.

    The cache knows a key by all of its text, so it can give no tenant the key of another.

    Raises:
        TokenRefused: it is none of an RSA key of 2048 bits or more.
    """
    body = _ARMOUR.sub("", pem)
    if not body:
        raise TokenRefused(NO_LOCAL_KEY, "jwt_key is empty.")
    lines = f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
    try:
        public = ALGORITHMS["RS256"].prepare_key(lines)
    except (InvalidKeyError, ValueError, TypeError):
        raise TokenRefused(FAILED, "jwt_key is no PEM public key of RSA.", hint=_KEY_HINT) from None
    if public.key_size < _SMALLEST:
        raise TokenRefused(FAILED, f"jwt_key has less than {_SMALLEST} bits.", hint=_KEY_HINT)
    return Key(public, "RS256")


def numbers_of(jwk: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What makes a JWK the key that it is; None for one that verifies no token of Clerk's."""
    kid, algorithm = jwk.get("kid"), jwk.get("alg")
    usable = jwk.get("kty") == "RSA" and jwk.get("use") in (None, "sig") and algorithm in (None, *ALGORITHMS)
    numbers = (kid, algorithm, jwk.get("n"), jwk.get("e"))
    return numbers if usable and all(isinstance(part, str) for part in (kid, *numbers[2:])) else None


def of_numbers(numbers: tuple[Any, ...]) -> Key | None:
    """The key of a JWK; None for one whose numbers make no key, or a short one."""
    kid, algorithm, modulus, exponent = numbers
    try:
        public = RSAAlgorithm.from_jwk({"kty": "RSA", "n": modulus, "e": exponent})
    except (InvalidKeyError, ValueError, TypeError):
        return None
    return None if public.key_size < _SMALLEST else Key(public, algorithm, kid, numbers)
