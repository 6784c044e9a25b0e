"""OAuth access tokens that the emulator signs, and applications that receive them."""

from __future__ import annotations

import time
from typing import Any

from clerk_emulator import Emulator
from clerk_emulator.domain.tokens import jwts

PASSWORD = "correct horse battery"  # of a test


def access_token(emulator: Emulator, **claims: Any) -> str:
    """Return an access token in JWT form."""
    now = int(time.time())
    standard = {"iss": emulator.origin, "sub": "user_1", "client_id": "client_1", "scope": "profile reports:read"}
    lifetime = {"iat": now, "nbf": now, "exp": now + 600, "jti": "oat_1"}
    return jwts.sign(emulator._state.keys, {**standard, **lifetime, **claims}, headers={"typ": "at+jwt"})
