"""Mask secrets in recorded requests."""

from __future__ import annotations

import re
from typing import Any

from clerk_emulator.json_types import is_list, is_object

MASK = "***"

_SECRET_NAMES = re.compile(
    r"(.*_)?(secret|token|password|password_digest|ticket|nonce|jwt|cookies?|otp|code|code_verifier|backup_codes|signing_key"
    r"|private_key|secret_key|private_pem)",
    re.IGNORECASE,
)
_SECRET_VALUES = re.compile(
    r"\b(?:sk_(?:test|live)_\w+|whsec_[\w+/=-]+)"
    # The first `eyJ` of a word is the only one that is tried: from each one to the end would take quadratic time.
    r"|(?<![\w-])(?>([\w-]*?)\beyJ)[\w-]++\.[\w-]++\.[\w-]*"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*"
)
"""Secret keys, JWTs and private keys under any name. Other tokens of Clerk have the same prefix as their ids."""


def mask(value: Any, name: str = "") -> Any:
    """Return a JSON value with its secrets replaced by `***`. `name` is the key that holds the value."""
    if is_object(value):
        return {key: mask(inner, key) for key, inner in value.items()}
    if is_list(value):
        return [mask(item, name) for item in value]
    if isinstance(value, str) and value:
        return MASK if _SECRET_NAMES.fullmatch(name) else _SECRET_VALUES.sub(rf"\1{MASK}", value)
    return value
