"""What Clerk said of opaque machine tokens a moment ago, so that it is not asked again with each request."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from typing import Generic, NamedTuple, TypeVar

from clerk_core import ClerkError, InvalidArgument
from clerkkit.auth.tokens.bounded import BoundedCache
from clerkkit.auth.tokens.checks import is_number

COUNT = 16_384
"""Acceptances kept, at most, and as many refusals; strangers, who cause refusals, push out no acceptance."""
SIZE = 16 * 2**20
"""Bytes of either, at most."""


class Lifetimes(NamedTuple):
    """Seconds for which an answer is reused; 0 for never."""

    accepted: float = 10.0
    refused: float = 30.0


class Accepted(NamedTuple):
    """Clerk accepts the token."""

    answer: str
    """As JSON, from which each caller gets objects of its own."""
    expiration: float = inf
    """Milliseconds since 1970."""


class Refused(NamedTuple):
    """Clerk does not accept the token, or could not be asked."""

    reason: str
    problem: str
    status: int | None = None
    lasting: bool = False
    """Whether the token is the reason, so that the same will be said of it again."""
    cause: ClerkError | None = None


T = TypeVar("T", Accepted, Refused)


class _Kept(NamedTuple, Generic[T]):
    answer: T
    since: float
    now: float


class AnswerCache:
    """The answers by digests of token and key: it holds neither."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic, count: int = COUNT, size: int = SIZE) -> None:
        self._monotonic = monotonic
        self._accepted = BoundedCache[_Kept[Accepted]](count, size)
        self._refused = BoundedCache[_Kept[Refused]](count, size)

    def get(self, digest: bytes, lifetimes: Lifetimes, now: float) -> Accepted | Refused | None:
        """Return an answer that is young enough, and not beyond the token's own expiration; `now` is the Unix time."""
        accepted = self._accepted.get(digest)
        if accepted is not None and self._is_young(accepted, lifetimes.accepted, now):
            return accepted.answer if now * 1000 < accepted.answer.expiration else None
        refused = self._refused.get(digest)
        return refused.answer if refused is not None and self._is_young(refused, lifetimes.refused, now) else None

    def was_accepted(self, digest: bytes) -> bool:
        """Return whether Clerk is known to have accepted this token with this key, however long ago."""
        return self._accepted.get(digest) is not None

    def _is_young(self, kept: _Kept[T], lifetime: float, now: float) -> bool:
        # By either clock: one that a test has stopped, or that was set back, makes no answer last.
        return self._monotonic() - kept.since < lifetime and 0 <= now - kept.now < lifetime

    def put(self, digest: bytes, answer: Accepted | Refused, now: float) -> None:
        """Keep an answer, unless it will not last."""
        since = self._monotonic()
        if isinstance(answer, Accepted):
            self._accepted.put(digest, _Kept(answer, since, now), 2 * len(answer.answer))
        elif answer.lasting:
            kept = answer._replace(cause=None)  # whose traceback holds the whole call
            self._refused.put(digest, _Kept(kept, since, now), 2 * len(answer.problem))


def lifetimes(opaque_token_ttl: float, opaque_refusal_ttl: float) -> Lifetimes:
    """The arguments of a caller, checked.

    Raises:
        InvalidArgument: one is no number of seconds.
    """
    for name, value in (("opaque_token_ttl", opaque_token_ttl), ("opaque_refusal_ttl", opaque_refusal_ttl)):
        if not is_number(value) or not 0 <= value < inf:
            raise InvalidArgument(name, "expected seconds; 0 for never")
    return Lifetimes(opaque_token_ttl, opaque_refusal_ttl)
