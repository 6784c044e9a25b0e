"""Mask secrets in what an example shows, and shorten it."""

from __future__ import annotations

import re
from typing import Any

from clerk_core.guards import is_list, is_object

ORIGIN = "http://127.0.0.1:4010"
"""The origin of `python -m clerk_emulator`, shown instead of that of the emulator that runs the examples."""

_MORE = "..."
_SECRETS = (
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), f"eyJ{_MORE}"),  # JWTs
    (re.compile(r"#key=\S+"), f"#key={_MORE}"),  # addresses of Svix
    (re.compile(r"\b(sk_test|pk_test|ak|mt|oat|aplt|scim_key)_[\w+/=]{16,}"), rf"\1_{_MORE}"),
)
_SECRET_KEYS = {"client_secret", "secret", "token", "secret_key", "jwt", "n"}
"""Keys of secrets, and that of the modulus of a public key, which no seed determines."""
_KNOWN_START = re.compile(r"(eyJ|[a-z]+_)?")
_ITEMS = 2
_TEXT = 100
_DEPTH = 1


def mask_text(text: str, origin: str) -> str:
    """Return a text without tokens and secrets, and without the port of the emulator."""
    text = text.replace(origin, ORIGIN)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def mask(value: Any, origin: str) -> Any:
    """Return a JSON value without tokens and secrets, and without the port of the emulator."""
    if is_object(value):
        return {name: _hide(item) if name in _SECRET_KEYS else mask(item, origin) for name, item in value.items()}
    if is_list(value):
        return [mask(item, origin) for item in value]
    return mask_text(value, origin) if isinstance(value, str) else value


def _hide(secret: Any) -> Any:
    """Return the beginning of a secret that tells its type."""
    found = _KNOWN_START.match(secret) if isinstance(secret, str) else None
    return f"{found[0]}{_MORE}" if found else secret


def shorten(value: Any, depth: int = _DEPTH, items: int = _ITEMS) -> Any:
    """Return a JSON value with long texts, long lists and deep objects cut off.

    The keys of objects are sorted, with `object` and `id` first.
    """
    if is_object(value):
        if depth < 0 and value:
            return {_MORE: _MORE}
        names = sorted(value, key=lambda name: (name != "object", name != "id", name))
        return {name: shorten(value[name], depth - 1, 1) for name in names}
    if is_list(value):
        kept = [shorten(item, depth, items) for item in value[:items]]
        return [*kept, _MORE] if len(value) > items else kept
    if isinstance(value, str) and len(value) > _TEXT:
        return value[:_TEXT] + _MORE
    return value
