"""Generate ids in Clerk's formats. They sort by creation time."""

from __future__ import annotations

import random
import string

from clerk_emulator.storage.clock import Clock

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_EPOCH = 1_400_000_000
_RANDOM_DIGITS = 13
_PAIRS = [first + second for first in _BASE62 for second in _BASE62]
_RANDOM_NUMBERS = 62**_RANDOM_DIGITS
_DIGIT_OF_BYTE = bytes(ord(_BASE62[byte % 62]) for byte in range(256))


class Ids:
    """Generates ids and secrets. With a seed and a frozen clock, each run generates the same ones."""

    def __init__(self, clock: Clock, seed: int | str | None = None) -> None:
        self._clock = clock
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Start again: with a seed, the same ids follow."""
        self._made = 0
        self._expected: dict[str, str] = {}
        # An emulator's keys protect nothing of value, and a seed must give the same ids.
        self._random = random.Random(self._seed)  # noqa: S311
        """For ids, which need not be hard to guess. Without a seed it starts at random."""
        self._secrets = random.SystemRandom() if self._seed is None else self._random

    def expect(self, prefix: str, resource_id: str) -> None:
        """Set the next id with this prefix. Raises ValueError for an id with another prefix."""
        if not str(resource_id).startswith(f"{prefix}_"):
            raise ValueError(f"id: must begin with {prefix}_")
        self._expected[prefix] = resource_id

    def forget_expected(self) -> None:
        """Generate the next ids at random again, whatever `expect` has set."""
        self._expected.clear()

    def new(self, prefix: str) -> str:
        """Return an id such as `user_2cNpz...`. Ids sort in the order in which they were generated."""
        if prefix in self._expected:
            return self._expected.pop(prefix)
        # The first digits of a number of 160 bits, of which the last 80 are random.
        digits = self._random.randbytes(_RANDOM_DIGITS).translate(_DIGIT_OF_BYTE).decode()
        return f"{prefix}_{_base62((self._next() << 80) // _RANDOM_NUMBERS)}{digits}"

    def new_hex(self, prefix: str) -> str:
        """Return an id such as `ak_1d8a0c...`, with 32 hexadecimal digits. Ids sort as those of `new` do."""
        return f"{prefix}_{self._next():020x}{self._random.getrandbits(48):012x}"

    def _next(self) -> int:
        """Return the next number of 80 bits: seconds, milliseconds, and a counter."""
        seconds, milliseconds = divmod(self._clock.now(), 1000)
        self._made += 1
        return (max(0, seconds - _EPOCH) & 0xFFFFFFFF) << 48 | milliseconds << 32 | self._made & 0xFFFFFFFF

    def hex(self, digits: int = 32) -> str:
        """Return random hexadecimal digits."""
        return f"{self._secrets.getrandbits(4 * digits):0{digits}x}"

    def secret(self, characters: int = 42) -> str:
        """Return random letters and digits."""
        return "".join(self._secrets.choices(_BASE62, k=characters))

    def code(self) -> str:
        """Return six random digits."""
        return f"{self._secrets.randrange(1_000_000):06}"


def _base62(number: int) -> str:
    """Return the 14 digits of a number."""
    # By pairs, because most of the time goes into dividing, and without a loop, because nearly each request makes ids.
    number, seventh = divmod(number, 3844)
    number, sixth = divmod(number, 3844)
    number, fifth = divmod(number, 3844)
    number, fourth = divmod(number, 3844)
    number, third = divmod(number, 3844)
    first, second = divmod(number, 3844)
    pairs = _PAIRS
    return f"{pairs[first]}{pairs[second]}{pairs[third]}{pairs[fourth]}{pairs[fifth]}{pairs[sixth]}{pairs[seventh]}"
