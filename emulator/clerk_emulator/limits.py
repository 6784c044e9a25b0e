"""Clerk's rate limits, where a user of the emulator asks for them."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from typing import Literal

from clerk_emulator.clock import Clock
from clerk_emulator.contract import Operation
from clerk_emulator.errors import Refusal

Instance = Literal["development", "production"]

_GENERAL: dict[str, int] = {"development": 100, "production": 1000}
_UNLIMITED = {"GetJWKS"}
_TEN_SECONDS = 10
_HOUR = 3600
# Calls, seconds, and the name that several operations share. Each is counted for the resource that the path names.
_OWN: dict[str, tuple[int, int, str]] = {
    "CreateInvitation": (100, _HOUR, ""),
    "CreateBulkInvitations": (25, _HOUR, ""),
    "CreateOrganizationInvitation": (250, _HOUR, ""),
    "CreateOrganizationInvitationBulk": (50, _HOUR, ""),
    "UpdateUser": (10, _TEN_SECONDS, ""),
    "UpdateUserMetadata": (10, _TEN_SECONDS, "user metadata"),
    "ReplaceUserMetadata": (10, _TEN_SECONDS, "user metadata"),
    "UpdateOrganization": (10, _TEN_SECONDS, ""),
    "MergeOrganizationMetadata": (10, _TEN_SECONDS, "organization metadata"),
    "ReplaceOrganizationMetadata": (10, _TEN_SECONDS, "organization metadata"),
    "UpdateOrganizationMembership": (10, _TEN_SECONDS, ""),
    "UpdateOrganizationMembershipMetadata": (10, _TEN_SECONDS, ""),
}


class RateLimits:
    """Counts calls, in the emulator's own time."""

    def __init__(self, clock: Clock, instance: Instance | None) -> None:
        self._clock = clock
        self._instance = instance
        self._calls: defaultdict[str, deque[int]] = defaultdict(deque[int])

    def reset(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def count(self, operation: Operation, path: list[str]) -> None:
        """Count a call. Raises Clerk's 429, with the seconds until there is room again, where it is one too many."""
        if self._instance is None or operation.id in _UNLIMITED:
            return
        if operation.id in _OWN:
            calls, seconds, shared = _OWN[operation.id]
            self._take(f"{shared or operation.id} {path}", calls, seconds)
        else:
            self._take("", _GENERAL[self._instance], _TEN_SECONDS)

    def _take(self, bucket: str, calls: int, seconds: int) -> None:
        now = self._clock.now()
        past = self._calls[bucket]
        while past and past[0] <= now - seconds * 1000:
            past.popleft()
        if len(past) >= calls:
            raise too_many(math.ceil((past[0] + seconds * 1000 - now) / 1000))
        past.append(now)


def too_many(seconds: int) -> Refusal:
    """Clerk's 429, which tells how many seconds to wait."""
    refusal = Refusal(
        429,
        "too_many_requests",
        "too many requests",
        f"Too many requests. Try again in {seconds} s.",
        resets_in=seconds,
    )
    refusal.headers["Retry-After"] = str(seconds)
    return refusal
