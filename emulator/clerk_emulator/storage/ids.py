"""Ids as Clerk makes them: a prefix, and 27 characters that sort by the time they were made."""

from __future__ import annotations

import random
import string

from clerk_emulator.storage.clock import Clock

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_EPOCH = 1_400_000_000
_LENGTH = 27


class Ids:
    """Makes ids and secrets. With a seed, and a clock that is frozen, each run makes the same ones."""

    def __init__(self, clock: Clock, seed: int | str | None = None) -> None:
        self._clock = clock
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Begin anew, with a seed: make the same ids again."""
        self._made = 0
        self._expected: dict[str, str] = {}
        # Nothing of value is protected by a key of an emulator; what counts is that a seed gives the same ids.
        self._random: random.Random = random.SystemRandom() if self._seed is None else random.Random(self._seed)  # noqa: S311

    def expect(self, prefix: str, resource_id: str) -> None:
        """Let the next id with this prefix be a certain one. Raises ValueError for one with another prefix."""
        if not str(resource_id).startswith(f"{prefix}_"):
            raise ValueError(f"id: it must begin with {prefix}_")
        self._expected[prefix] = resource_id

    def new(self, prefix: str) -> str:
        """An id such as `user_2cNpz...`. Ids of this object sort in the order in which they were made."""
        if prefix in self._expected:
            return self._expected.pop(prefix)
        seconds, milliseconds = divmod(self._clock.now(), 1000)
        self._made += 1
        number = (max(0, seconds - _EPOCH) & 0xFFFFFFFF) << 128
        number |= milliseconds << 112 | (self._made & 0xFFFFFFFF) << 80 | self._random.getrandbits(80)
        return f"{prefix}_{_base62(number)}"

    def hex(self, digits: int = 32) -> str:
        """Random hexadecimal digits, as in the tokens of machines."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def secret(self, characters: int = 42) -> str:
        """Random letters and digits."""
        return "".join(self._random.choices(_BASE62, k=characters))

    def code(self) -> str:
        """Six random digits."""
        return f"{self._random.randrange(1_000_000):06}"


def _base62(number: int) -> str:
    digits: list[str] = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(reversed(digits))
