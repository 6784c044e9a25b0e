"""Caches what Clerk's API says about opaque machine tokens, so that it is not asked with each request."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from typing import Generic, NamedTuple, TypeVar

from clerk_core import ClerkError, InvalidArgument
from clerk_core.guards import is_number
from clerkkit.auth.tokens.bounded_cache import BoundedCache

MAX_COUNT = 16_384
"""Maximum number of accepted tokens, and of refused ones. Refused tokens never displace accepted ones."""
MAX_SIZE = 16 * 2**20
"""Maximum size in bytes of the accepted tokens, and of the refused ones."""


class CacheLifetimes(NamedTuple):
    """Seconds for which results are reused; 0 to disable reuse."""

    accepted: float = 10.0
    refused: float = 30.0


class AcceptedToken(NamedTuple):
    """Clerk accepts the token."""

    response: str
    """The response as JSON, so that each caller gets its own objects."""
    expiration: float = inf
    """Unix time in milliseconds."""


class RefusedToken(NamedTuple):
    """Clerk does not accept the token, or could not be asked."""

    reason: str
    problem: str
    status: int | None = None
    is_final: bool = False
    """Whether the token itself is the cause, so that asking again gives the same result."""
    cause: ClerkError | None = None


T = TypeVar("T", AcceptedToken, RefusedToken)


class _Entry(NamedTuple, Generic[T]):
    result: T
    monotonic: float
    now: float


class MachineTokenCache:
    """Results by digests of token and key. It holds neither the tokens nor the keys."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, count: int = MAX_COUNT, size: int = MAX_SIZE
    ) -> None:
        self._monotonic = monotonic
        self._accepted = BoundedCache[_Entry[AcceptedToken]](count, size)
        self._refused = BoundedCache[_Entry[RefusedToken]](count, size)

    def get(self, digest: bytes, lifetimes: CacheLifetimes, now: float) -> AcceptedToken | RefusedToken | None:
        """Return a result that is still valid at the Unix time `now` in seconds, or None."""
        accepted = self._accepted.get(digest)
        if accepted is not None and self._is_fresh(accepted, lifetimes.accepted, now):
            return accepted.result if now * 1000 < accepted.result.expiration else None
        refused = self._refused.get(digest)
        return refused.result if refused is not None and self._is_fresh(refused, lifetimes.refused, now) else None

    def was_accepted(self, digest: bytes) -> bool:
        """Return whether Clerk has accepted this token with this key before, however long ago."""
        return self._accepted.get(digest) is not None

    def _is_fresh(self, entry: _Entry[T], lifetime: float, now: float) -> bool:
        # Both clocks must agree: a clock that a test stopped, or that was set back, must not extend a result's life.
        return self._monotonic() - entry.monotonic < lifetime and 0 <= now - entry.now < lifetime

    def put(self, digest: bytes, result: AcceptedToken | RefusedToken, now: float) -> None:
        """Keep a result. Refusals that are not final are not kept."""
        monotonic = self._monotonic()
        if isinstance(result, AcceptedToken):
            self._accepted.put(digest, _Entry(result, monotonic, now), 2 * len(result.response))
        elif result.is_final:
            kept = result._replace(cause=None)  # its traceback would keep the whole call alive
            self._refused.put(digest, _Entry(kept, monotonic, now), 2 * len(result.problem))


def build_cache_lifetimes(opaque_token_ttl: float, opaque_refusal_ttl: float) -> CacheLifetimes:
    """Check the caller's arguments and build the lifetimes.

    Raises:
        InvalidArgument: an argument is not a number of seconds.
    """
    for name, value in (("opaque_token_ttl", opaque_token_ttl), ("opaque_refusal_ttl", opaque_refusal_ttl)):
        if not is_number(value) or not 0 <= value < inf:
            raise InvalidArgument(name, "expected seconds, 0 or more; 0 disables the cache")
    return CacheLifetimes(opaque_token_ttl, opaque_refusal_ttl)
