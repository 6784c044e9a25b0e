"""A lock-free cache that is bounded by its number of entries and by their size."""

from __future__ import annotations

from hashlib import sha256
from typing import Generic, TypeVar

V = TypeVar("V")

OVERHEAD = 200
"""Bytes of an entry in addition to its value: digest, slot, tuple."""


class BoundedCache(Generic[V]):
    """Keeps values by digest, in a young and an old generation. A full young generation replaces the old one.

    A value stays until half of the maximum number of entries, or half of the maximum size, was added after it. No lock
    is needed: a race between threads can lose an entry, but never returns a wrong one.
    """

    def __init__(self, count: int, size: int) -> None:
        """Keep at most `count` values with a total of `size` bytes."""
        self._count = count // 2
        self._size = size // 2
        self._young: dict[bytes, V] = {}
        self._old: dict[bytes, V] = {}
        self._young_size = 0

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def get(self, digest: bytes) -> V | None:
        """Return the value, or None."""
        value = self._young.get(digest)
        return self._old.get(digest) if value is None else value

    def put(self, digest: bytes, value: V, size: int) -> None:
        """Keep a value of about `size` bytes. A value larger than half of the cache is not kept."""
        size += OVERHEAD
        if size > self._size:
            return
        if len(self._young) >= self._count or self._young_size + size > self._size:
            self._old, self._young, self._young_size = self._young, {}, 0
        self._young[digest] = value
        self._young_size += size

    def add_size(self, size: int) -> None:
        """Count bytes by which a value has grown since `put`."""
        self._young_size += size


def make_digest(secret: str) -> bytes:
    """Return a cache key from which the secret cannot be read. Works for any text, lone surrogates included."""
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()
