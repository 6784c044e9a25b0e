"""Tokens whose signature was verified a moment ago. The same one comes with every request for about a minute.

Only that is kept which cannot change: what is in the token, and the key that signed it. Times, origin, audience and all
else are checked each time, and an entry is worth nothing once its key is not the one in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from clerkkit.auth.tokens.bounded import BoundedCache, digest_of
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.keys import Key

COUNT = 32_768
"""Tokens kept, at most. The last 16,384 are found in any case, so that many users can be active at a time."""
SIZE = 64 * 2**20
"""Bytes that they take, at most, as estimated in `keep` and `charge`."""
LIFE = 120.0
"""Seconds that one is kept, at most."""


class Verified(NamedTuple):
    """A token, the key that signed it, and when to forget it."""

    jwt: Jwt
    key: Key
    until: float


class Memo:
    """The tokens by their digests: it holds none of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, count: int = COUNT, size: int = SIZE) -> None:
        self._clock = clock
        self._kept = BoundedCache[Verified](count, size)

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, token: str) -> Verified | None:
        """What is known of a token."""
        found = self._kept.get(digest_of(token))
        return found if found is not None and self._clock() < found.until else None

    def keep(self, token: str, jwt: Jwt, key: Key) -> None:
        """Remember that the key signed the token."""
        self._kept.put(digest_of(token), Verified(jwt, key, self._clock() + LIFE), 600 + len(jwt.payload))

    def charge(self, claims: SessionClaims) -> None:
        """Count the claims that were made of a token: a few bits of it can be many permissions."""
        self._kept.charge(1200 + len(claims.payload) + 80 * len(claims.org_permissions))
