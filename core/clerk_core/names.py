"""Split names into words: `created_at`, `createdAt` and `created-at` have the same two."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Z0-9]+(?![a-z])|[A-Z]?[a-z0-9]+")


def split_words(name: str) -> list[str]:
    """Return the words of a name in lower case."""
    return [word.lower() for word in _WORD.findall(name)]
