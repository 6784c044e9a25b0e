"""The emulator's clock."""

from __future__ import annotations

import contextlib
import datetime
import math
import threading
import time
from collections.abc import Callable, Generator

EARLIEST = 100_000_000_000
LATEST = 253_402_300_799_999
"""1973 and the end of 9999 in milliseconds. Values outside are in another unit, such as seconds."""

YEARS_AHEAD = 100
"""How far the clock can be ahead of the real time: each renewal of a plan until then is made, which takes time."""
_AHEAD_LIMIT = YEARS_AHEAD * 36525 * 24 * 3600 * 10
"""The same in milliseconds: a year has 365.25 days."""


class _Replay(threading.local):
    """The moment that it is in a thread, within `Clock.at`."""

    moment: int | None = None


class Clock:
    """The emulator's clock: the real time until a test freezes or advances it.

    `Clerk(clock=emulator.clock.time)` verifies tokens and webhooks at this time. The clock can be at most 100 years
    ahead of the real time.
    """

    def __init__(self) -> None:
        self._frozen: int | None = None
        self._ahead = 0
        self._listeners: list[Callable[[], None]] = []
        self._replay = _Replay()

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function whenever the clock is frozen, set, advanced or reset."""
        self._listeners.append(listener)

    def now(self) -> int:
        """Return the time in milliseconds since 1970."""
        moment = self._replay.moment
        return self._actual() if moment is None else moment

    def _actual(self) -> int:
        return (_real_time() if self._frozen is None else self._frozen) + self._ahead

    @property
    def is_frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def time(self) -> float:
        """Return the time in seconds since 1970, as `time.time` does."""
        return self.now() / 1000

    @contextlib.contextmanager
    def at(self, moment: int) -> Generator[None]:
        """Let it be an earlier moment within the block, in this thread, for what was due then."""
        before = self._replay.moment
        self._replay.moment = moment
        try:
            yield
        finally:
            self._replay.moment = before

    def freeze(self, at: float | datetime.datetime | None = None) -> int:
        """Stop the clock, now or at `at`: milliseconds since 1970, or a datetime with a time zone.

        Return the time in milliseconds. Raises ValueError for a datetime without a time zone, for a number that is not
        in milliseconds, for a time before 1973 or more than 100 years after the real time, and for any other value.
        """
        self._frozen = self.now() if at is None else _milliseconds(at)
        self._ahead = 0
        self._changed()
        return self._frozen

    def unfreeze(self) -> int:
        """Let a frozen clock run on from the time that it shows. Return the time in milliseconds."""
        if self._frozen is not None:
            self._ahead += self._frozen - _real_time()
            self._frozen = None
            self._changed()
        return self.now()

    def set(self, at: float | datetime.datetime) -> int:
        """Set the clock to a time, forward or back. A frozen clock stays frozen, a running one runs on from there.

        Return the time in milliseconds. Raises ValueError as `freeze` does.
        """
        moment = _milliseconds(at)
        if self._frozen is None:
            self._ahead = moment - _real_time()
            self._changed()
            return moment
        return self.freeze(moment)

    def advance(self, seconds: float | datetime.timedelta = 0, *, milliseconds: float = 0) -> int:
        """Move the clock forward by a number of seconds or a timedelta. A frozen clock stays frozen.

        Return the time in milliseconds. Raises ValueError for a step back, for one to more than 100 years after the
        real time, and for what is not a number.
        """
        number = seconds.total_seconds() if isinstance(seconds, datetime.timedelta) else seconds
        if not _is_number(number):
            raise ValueError(f"seconds: {seconds!r} is not a number of seconds or a timedelta")
        if not _is_number(milliseconds):
            raise ValueError(f"milliseconds: {milliseconds!r} is not a number of milliseconds")
        step = round(number * 1000) + round(milliseconds)
        if step < 0:
            raise ValueError(f"seconds: {step} milliseconds go back; set(at=...) sets the clock to an earlier time")
        _require_reachable("seconds", self.now() + step)
        self._ahead += step
        self._changed()
        return self.now()

    def reset(self) -> None:
        """Return to the real time."""
        self._frozen = None
        self._ahead = 0
        self._changed()

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()


def _real_time() -> int:
    return time.time_ns() // 1_000_000


def _is_number(value: object) -> bool:
    # A whole number can be too large for a float.
    finite = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value * 1000))
    return finite and not isinstance(value, bool)


def _milliseconds(at: float | datetime.datetime) -> int:
    if isinstance(at, datetime.datetime):
        if at.tzinfo is None:
            raise ValueError(f"at: {at!r} has no time zone; add one, such as tzinfo=datetime.UTC")
        moment = (at - datetime.datetime.fromtimestamp(0, datetime.UTC)) // datetime.timedelta(milliseconds=1)
        if moment < EARLIEST:
            raise ValueError(f"at: {at} is before 1973")
    elif _is_number(at) and EARLIEST <= at <= LATEST:
        moment = round(at)
    else:
        raise ValueError(
            f"at: {at!r} is not a time in milliseconds since 1970; multiply seconds by 1000, or give a datetime"
        )
    _require_reachable("at", moment)
    return moment


def _require_reachable(name: str, moment: int) -> None:
    latest = _real_time() + _AHEAD_LIMIT
    if moment > latest:
        day = datetime.datetime.fromtimestamp(latest // 1000, datetime.UTC).date()
        raise ValueError(f"{name}: the clock can be set until {day}, {YEARS_AHEAD} years after the real time")
