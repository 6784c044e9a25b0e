"""The types of token that a request can carry, recognized by prefix or form."""

from __future__ import annotations

import re
from typing import Literal

TokenType = Literal["session_token", "m2m_token", "oauth_token", "api_key"]

SESSION_TOKEN: TokenType = "session_token"  # noqa: S105  # a type, not a secret; so are those below
M2M: TokenType = "m2m_token"
OAUTH: TokenType = "oauth_token"
API_KEY: TokenType = "api_key"
TOKEN_TYPES: tuple[TokenType, ...] = (SESSION_TOKEN, M2M, OAUTH, API_KEY)

OAUTH_JWT_TYPES = ("at+jwt", "application/at+jwt")
"""Values of the header `typ` of OAuth access tokens."""

_PREFIXES: dict[str, TokenType] = {"mt_": M2M, "oat_": OAUTH, "ak_": API_KEY}
_ALL_PREFIXES = tuple(_PREFIXES)
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


def looks_like_jwt(token: str) -> bool:
    """Return whether the token has three parts that could be base64url."""
    return _JWT.fullmatch(token) is not None


def opaque_token_type(token: str) -> TokenType | None:
    """Return the token type of the token's prefix, or None."""
    if not token.startswith(_ALL_PREFIXES):
        return None
    return next((kind for prefix, kind in _PREFIXES.items() if token.startswith(prefix)), None)
