"""Mask secrets in what an example shows, and shorten it."""

from __future__ import annotations

import re
from typing import Any

from clerk_core.guards import is_list, is_object

_JWT = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+")
_SECRET = re.compile(r"\b(sk_test|pk_test|ak|mt|oat|whsec|rt)_[\w+/=]{16,}")
ORIGIN = "http://127.0.0.1:4010"
"""The origin of `python -m clerk_emulator`, which stands for that of the emulator that runs the examples."""
_ITEMS = 2
_TEXT = 100
_DEPTH = 3
_MORE = "..."


def mask(value: Any, origin: str) -> Any:
    """Return a text or a JSON value without tokens and secrets, and without the port of the emulator."""
    if is_object(value):
        return {name: mask(item, origin) for name, item in value.items()}
    if is_list(value):
        return [mask(item, origin) for item in value]
    if not isinstance(value, str):
        return value
    return _SECRET.sub(r"\1_...", _JWT.sub("eyJ...", value.replace(origin, ORIGIN)))


def shorten(value: Any, depth: int = _DEPTH) -> Any:
    """Return a JSON value with long texts, long lists and deep objects cut off."""
    if is_object(value):
        if depth == 0 and value:
            return {_MORE: _MORE}
        return {name: shorten(item, depth - 1) for name, item in value.items()}
    if is_list(value):
        items = [shorten(item, depth - 1) for item in value[:_ITEMS]]
        return [*items, _MORE] if len(value) > _ITEMS else items
    if isinstance(value, str) and len(value) > _TEXT:
        return value[:_TEXT] + _MORE
    return value
