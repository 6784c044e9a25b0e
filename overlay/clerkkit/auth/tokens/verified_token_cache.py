"""Caches tokens whose signature was verified. Clients send the same token with each request for about a minute.

An entry holds the content of the token and the key that signed it, neither of which changes. Times, origin, audience
and all else are checked with each request. An entry is ignored once its key is not in use any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from clerkkit.auth.tokens.bounded_cache import BoundedCache, make_digest
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.public_keys import PublicKey

MAX_COUNT = 32_768
"""Maximum number of tokens. The last 16,384 are always found."""
MAX_SIZE = 64 * 2**20
"""Maximum size in bytes, as estimated in `put` and `add_claims`."""
MAX_SECONDS = 120.0
"""Maximum time in the cache."""


class VerifiedToken(NamedTuple):
    """A token, the key that signed it, and when the entry expires by the monotonic clock."""

    jwt: Jwt
    key: PublicKey
    until: float


class VerifiedTokenCache:
    """Verified tokens by their digests. It does not hold the tokens themselves."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, count: int = MAX_COUNT, size: int = MAX_SIZE
    ) -> None:
        self._monotonic = monotonic
        self._tokens = BoundedCache[VerifiedToken](count, size)

    def __len__(self) -> int:
        return len(self._tokens)

    def get(self, token: str) -> VerifiedToken | None:
        """Return the entry of a token, or None if there is none or it has expired."""
        found = self._tokens.get(make_digest(token))
        return found if found is not None and self._monotonic() < found.until else None

    def put(self, token: str, jwt: Jwt, key: PublicKey) -> None:
        """Keep a token that was signed by this key."""
        entry = VerifiedToken(jwt, key, self._monotonic() + MAX_SECONDS)
        self._tokens.put(make_digest(token), entry, 600 + len(jwt.payload))

    def add_claims(self, claims: SessionClaims) -> None:
        """Count the size of claims built from a token: a few bits of it can stand for many permissions."""
        self._tokens.add_size(1200 + len(claims.payload) + 80 * len(claims.org_permissions))
