"""Print progress: one line per step, with its duration."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

_WIDTH = 56


@contextmanager
def step(name: str) -> Generator[list[str], None, None]:
    """Print a step's name, then its duration in seconds and the texts that the block adds to the list."""
    print(f"{name:{_WIDTH}}", end="", flush=True)
    start = time.monotonic()
    found: list[str] = []
    try:
        yield found
    except BaseException:
        print(f"{time.monotonic() - start:7.1f} s  failed", flush=True)
        raise
    print(f"{time.monotonic() - start:7.1f} s  {'; '.join(found)}".rstrip(), flush=True)
