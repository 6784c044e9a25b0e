"""Apply Clerk's rate limits, if enabled."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Literal

from clerk_emulator.contract.specification import Operation
from clerk_emulator.errors import too_many_requests
from clerk_emulator.storage.clock import Clock

InstanceType = Literal["development", "production"]

_GENERAL: dict[str, int] = {"development": 100, "production": 1000}
_UNLIMITED = {"GetJWKS"}
_TEN_SECONDS = 10
_HOUR = 3600
# Calls, seconds, and a name shared by operations that count together. Counted for each resource in the path.
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
_PER_ADDRESS = {
    **dict.fromkeys(("createSignIn", "createSignUps"), 5),
    **dict.fromkeys(("attemptSignInFactorOne", "attemptSignInFactorTwo", "attemptSignUpsVerification"), 3),
}
"""Calls of the Frontend API in ten seconds from one address."""


class RateLimits:
    """Counts calls by the emulator's clock.

    The limit of the instance applies to each operation separately.
    """

    def __init__(self, clock: Clock, instance: InstanceType | None) -> None:
        self.clock = clock
        self._instance = instance
        self.reset()

    def reset(self) -> None:
        """Forget all calls."""
        self._latest = 0
        self._windows = {seconds: _Window(seconds * 1000) for seconds in (_TEN_SECONDS, _HOUR)}

    def count(self, operation: Operation, path: Sequence[str]) -> None:
        """Count a call. Raises Clerk's 429, with the seconds to wait, if a limit is exceeded."""
        if self._instance is None or operation.id in _UNLIMITED:
            return
        limits = [(operation.id, _GENERAL[self._instance], _TEN_SECONDS)]
        if operation.id in _OWN:
            calls, seconds, shared = _OWN[operation.id]
            limits.append((f"{shared or operation.id} {path}", calls, seconds))
        self._count(limits)

    def count_browser(self, operation: Operation, client_ip: str) -> None:
        """Count a call of the Frontend API from an address. Raises Clerk's 429 as `count` does."""
        if self._instance is not None and operation.id in _PER_ADDRESS:
            self._count([(f"{operation.qualified_id} {client_ip}", _PER_ADDRESS[operation.id], _TEN_SECONDS)])

    def _count(self, limits: list[tuple[str, int, int]]) -> None:
        """Count a call in each bucket, with the limit of calls in seconds."""
        now = self.clock.now()
        if now < self._latest:  # the clock was set back
            self.reset()
        self._latest = now
        for bucket, calls, seconds in limits:
            self._windows[seconds].require_capacity(bucket, calls, now)
        for bucket, _, seconds in limits:
            self._windows[seconds].add(bucket, now)


class _Window:
    """The times of the calls in the last `milliseconds`, by bucket."""

    def __init__(self, milliseconds: int) -> None:
        self._milliseconds = milliseconds
        # Ordered by the last call of each bucket, the oldest first.
        self._calls: OrderedDict[str, deque[int]] = OrderedDict()

    def require_capacity(self, bucket: str, calls: int, now: int) -> None:
        past = self._calls.get(bucket, deque())
        while past and past[0] <= now - self._milliseconds:
            past.popleft()
        if len(past) >= calls:
            raise too_many_requests(math.ceil((past[0] + self._milliseconds - now) / 1000))

    def add(self, bucket: str, now: int) -> None:
        self._calls.setdefault(bucket, deque()).append(now)
        self._calls.move_to_end(bucket)
        while next(iter(self._calls.values()))[-1] <= now - self._milliseconds:
            self._calls.popitem(last=False)
