"""Tokens whose signature was verified a moment ago. The same one comes with every request for about a minute.

Only that is kept which cannot change: what is in the token, and the key that signed it. Times, origin, audience and all
else are checked each time, and an entry is worth nothing once its key is not the one in use.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from clerkkit.auth.jwts import Jwt
from clerkkit.auth.keys import Key

SIZE = 4096
"""Tokens kept, at most."""
LIFE = 120.0
"""Seconds that one is kept, at most."""


class Verified(NamedTuple):
    """A token, the key that signed it, and when to forget it."""

    jwt: Jwt
    key: Key
    until: float


class Memo:
    """Two dictionaries of tokens by their digests: as the young one is full, it takes the place of the old one.

    It holds no token. It needs no lock: a thread that comes in between can lose an entry, and no more.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, size: int = SIZE) -> None:
        self._clock = clock
        self._half = size // 2
        self._young: dict[bytes, Verified] = {}
        self._old: dict[bytes, Verified] = {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, token: str) -> Verified | None:
        """What is known of a token."""
        if not token.isascii():  # as tokens are; others may not even have bytes to make a digest of
            return None
        digest = _digest(token)
        found = self._young.get(digest) or self._old.get(digest)
        return found if found is not None and self._clock() < found.until else None

    def keep(self, token: str, jwt: Jwt, key: Key) -> None:
        """Remember that the key signed the token."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[_digest(token)] = Verified(jwt, key, self._clock() + LIFE)


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
