"""A cache that is bounded by its entries and by their bytes, for threads and tasks, without a lock."""

from __future__ import annotations

from hashlib import sha256
from typing import Generic, TypeVar

V = TypeVar("V")

OVERHEAD = 200
"""Bytes of an entry beside its value: digest, slot, tuple."""


class BoundedCache(Generic[V]):
    """Two dictionaries of values by digest: when the young one is full, it takes the place of the old one.

    What was put in stays until half as many entries, or half as many bytes, have come after it. It needs no lock: a
    thread that comes in between can lose an entry, and no more.
    """

    def __init__(self, count: int, size: int) -> None:
        """Holds at most `count` values of `size` bytes together."""
        self._count = count // 2
        self._size = size // 2
        self._young: dict[bytes, V] = {}
        self._old: dict[bytes, V] = {}
        self._weight = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, digest: bytes) -> V | None:
        """Return the value, or None."""
        found = self._young.get(digest)
        return self._old.get(digest) if found is None else found

    def put(self, digest: bytes, value: V, size: int) -> None:
        """Keep a value of about so many bytes; one of more than half of all is not kept."""
        size += OVERHEAD
        if size > self._size:
            return
        if len(self._young) >= self._count or self._weight + size > self._size:
            self._old, self._young, self._weight = self._young, {}, 0
        self._young[digest] = value
        self._weight += size

    def charge(self, size: int) -> None:
        """Count bytes that a value has grown by since it was put in."""
        self._weight += size


def digest_of(*secrets: str) -> bytes:
    """Return what stands for secrets as a key: they cannot be read from it. Any text has one."""
    return sha256("\0".join(secrets).encode("utf-8", "surrogatepass")).digest()
