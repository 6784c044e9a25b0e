"""The emulator's time."""

from __future__ import annotations

import time


class Clock:
    """The time that the emulator goes by, in milliseconds: the real one, until a test freezes or moves it."""

    def __init__(self) -> None:
        self._frozen: int | None = None
        self._ahead = 0

    def now(self) -> int:
        """Milliseconds since 1970."""
        return (time.time_ns() // 1_000_000 if self._frozen is None else self._frozen) + self._ahead

    def freeze(self, at: int | None = None) -> int:
        """Stand still, at `at` (milliseconds since 1970) or now. Returns the time."""
        self._frozen = self.now() if at is None else at
        self._ahead = 0
        return self._frozen

    def advance(self, seconds: float = 0, *, milliseconds: int = 0) -> int:
        """Move on, at once. A clock that runs goes on from there, one that stands still stands still there.

        Returns the time in milliseconds. Raises ValueError for a step back.
        """
        step = round(seconds * 1000) + milliseconds
        if step < 0:
            raise ValueError("advance: the clock does not go back; freeze(at=...) sets it")
        self._ahead += step
        return self.now()

    def reset(self) -> None:
        """Go by the real time again."""
        self._frozen = None
        self._ahead = 0
