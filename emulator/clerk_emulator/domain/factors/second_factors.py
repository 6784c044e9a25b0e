"""Second factors: time-based codes (TOTP) and backup codes."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence

import bcrypt

from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.json_types import Json
from clerk_emulator.storage.store import Store

_BCRYPT = re.compile(r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}")


def parse_totp_secret(value: str) -> str:
    """Return a TOTP secret in base32 (6 digits, 30 seconds, SHA1). Raises Clerk's error if it is not base32."""
    secret = value.replace(" ", "").rstrip("=").upper()
    try:
        _decode(secret)
    except binascii.Error:
        secret = ""
    if not secret:
        raise ClerkAPIError(422, "invalid_totp_secret_code", "is invalid", "The totp_secret must be base32.")
    return secret


def is_valid_totp(store: Store, user: Json, code: str) -> bool:
    """Return whether a code is that of the current, previous or next period."""
    if not user["_totp_secret"]:
        return False
    key = _decode(user["_totp_secret"])
    step = store.clock.now() // 30_000
    return any(_code_for(key, step + offset) == code for offset in (-1, 0, 1))


def _code_for(key: bytes, step: int) -> str:
    """Return the code of a period (RFC 6238)."""
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def _decode(secret: str) -> bytes:
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


def remaining_backup_codes(codes: Sequence[str], code: str) -> list[str] | None:
    """Return the codes that remain after one is used; None if it is not one of them. Codes are plain or hashed."""
    for index, stored in enumerate(codes):
        if stored == code or (_BCRYPT.fullmatch(stored) and bcrypt.checkpw(code.encode()[:72], stored.encode())):
            return [*codes[:index], *codes[index + 1 :]]
    return None
