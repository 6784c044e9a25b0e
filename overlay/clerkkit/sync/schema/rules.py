"""The version rule: decides which of two states of an object is the newer one. Pure functions.

States are compared by `updated_at`, then by the time at which Clerk reported them, then by the rank of their status,
then by their source. `docs/sync.md` shows the rule as a table.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import NamedTuple

_DIGITS = 15
_LARGEST_TIME = 10**_DIGITS - 1
_SMALLEST_MILLISECONDS = 10**11
"""Smaller times are seconds: Clerk documents milliseconds, but has published examples in seconds."""

_LATEST_EVENT = 3_600_000
"""Milliseconds from a change to the timestamp of its event at most. Tens of milliseconds were observed."""


class Source(IntEnum):
    """Where a state comes from. Of two states with equal times and ranks, the one with the higher source is newer."""

    NESTED = 0
    """Part of another object, and maybe older than the event that contains it."""
    REPORTED = 1
    """An event, or a row of a list."""
    SETTLED = 2
    """Read after the events whose order could not be told."""


class Version(NamedTuple):
    """The position of a state among all states of an object."""

    updated_at: int
    """Unix milliseconds."""
    as_of: int
    """The event's `timestamp`; for a list or an object that was read, the time before the request was sent."""
    rank: int = 0
    """The rank of the status: final states are higher than those before them."""
    source: Source = Source.REPORTED

    def to_text(self) -> str:
        """Return the version as text of a fixed length, which databases sort in the same order."""
        return f"{self.updated_at:0{_DIGITS}}.{self.as_of:0{_DIGITS}}.{self.rank}.{self.source:d}"

    @classmethod
    def from_text(cls, text: str) -> Version:
        """Return the version that `to_text` wrote."""
        updated_at, as_of, rank, source = text.split(".")
        return cls(int(updated_at), int(as_of), int(rank), Source(int(source)))


NEVER = Version(0, 0, 0, Source.NESTED)
"""The version of a row whose object was never received: every received state is newer."""


class Decision(Enum):
    """What to do with a received state."""

    WRITE = "write"
    """It is newer."""
    ADVANCE = "advance"
    """It is newer, and has the same content."""
    UNCHANGED = "unchanged"
    """It has the version and the content that the row has."""
    STALE = "stale"
    """The row is newer."""
    TOMBSTONED = "tombstoned"
    """The object was deleted. A deletion is final, because Clerk does not use an id twice."""
    UNKNOWN = "unknown"
    """Both have the same version and different content."""


def decide(received: Version, stored: Version | None, *, is_deleted: bool = False, same_content: bool) -> Decision:
    """Return what to do with a received state, given the stored one."""
    if is_deleted:
        return Decision.TOMBSTONED
    if stored is None:
        return Decision.WRITE
    if received.source is not Source.SETTLED and received[:3] == stored[:3] and not _is_weaker(received, stored):
        if same_content:
            # A row that was nested gives way to the next report of the same time, so it must not stay nested.
            return Decision.ADVANCE if received.source > stored.source else Decision.UNCHANGED
        return Decision.WRITE if stored.source is Source.NESTED else Decision.UNKNOWN
    if received < stored:
        return Decision.UNCHANGED if same_content else Decision.STALE
    if not same_content:
        return Decision.WRITE
    return Decision.UNCHANGED if received == stored or _is_confirmed(received, stored) else Decision.ADVANCE


def _is_confirmed(received: Version, stored: Version) -> bool:
    """Return whether no event of the last change can be newer than the stored version, so that it need not advance.

    Without this, each walk over the lists would write every row.
    """
    return received.updated_at == stored.updated_at and stored.as_of > stored.updated_at + _LATEST_EVENT


def _is_weaker(received: Version, stored: Version) -> bool:
    return received.source is Source.NESTED and stored.source is not Source.NESTED


def build_version(updated_at: object, as_of: int, rank: int = 0, source: Source = Source.REPORTED) -> Version:
    """Return the version of a state. An object without a valid `updated_at` counts as changed when it was reported.

    A nested object counts as reported when it was changed, which makes it older than any event with the same change.
    """
    changed = to_milliseconds(updated_at)
    if changed is None:
        changed = as_of
    return Version(changed, min(changed, as_of) if source is Source.NESTED else as_of, rank, source)


def to_milliseconds(value: object) -> int | None:
    """Return a time as Unix milliseconds, or None if it is not a time. Times in seconds are converted."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST_TIME:
        return None
    return value * 1000 if 0 < value < _SMALLEST_MILLISECONDS else value
