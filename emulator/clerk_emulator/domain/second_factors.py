"""Second factors: the time-based codes of an authenticator app, and backup codes."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence

import bcrypt

from clerk_emulator.errors import Json, Refusal
from clerk_emulator.storage.store import Store

_BCRYPT = re.compile(r"\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}")


def totp_secret(value: str) -> str:
    """A secret for codes of six digits every 30 seconds (SHA1). Raises Clerk's error where it is not base32."""
    secret = value.replace(" ", "").rstrip("=").upper()
    try:
        _decoded(secret)
    except binascii.Error:
        secret = ""
    if not secret:
        raise Refusal(422, "invalid_totp_secret_code", "is invalid", "The totp_secret must be base32.")
    return secret


def is_totp(store: Store, user: Json, code: str) -> bool:
    """Whether it is the code of now, or the one before or after."""
    if not user["_totp_secret"]:
        return False
    key = _decoded(user["_totp_secret"])
    step = store.clock.now() // 30_000
    return any(_code(key, step + near) == code for near in (-1, 0, 1))


def _code(key: bytes, step: int) -> str:
    """The code of a step in time (RFC 6238)."""
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def _decoded(secret: str) -> bytes:
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


def backup_codes_without(codes: Sequence[str], code: str) -> list[str] | None:
    """The backup codes that are left when this one is used; None where it is none. They are plain or bcrypt's."""
    for index, held in enumerate(codes):
        if held == code or (_BCRYPT.fullmatch(held) and bcrypt.checkpw(code.encode()[:72], held.encode())):
            return [*codes[:index], *codes[index + 1 :]]
    return None
