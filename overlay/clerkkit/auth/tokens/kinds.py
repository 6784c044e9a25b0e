"""The kinds of token that a request can bring, told by prefix or form alone."""

from __future__ import annotations

import re
from typing import Literal

TokenType = Literal["session_token", "m2m_token", "oauth_token", "api_key"]

SESSION_TOKEN: TokenType = "session_token"  # noqa: S105  # a name, as are those below
M2M: TokenType = "m2m_token"
OAUTH: TokenType = "oauth_token"
API_KEY: TokenType = "api_key"
ALL: tuple[TokenType, ...] = (SESSION_TOKEN, M2M, OAUTH, API_KEY)

OAUTH_TYPES = ("at+jwt", "application/at+jwt")
"""Values of the header `typ` of OAuth access tokens."""

_PREFIXES: dict[str, TokenType] = {"mt_": M2M, "oat_": OAUTH, "ak_": API_KEY}
_BEGINNINGS = tuple(_PREFIXES)
_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


def has_jwt_form(token: str) -> bool:
    """Three parts that could be base64url."""
    return _JWT.fullmatch(token) is not None


def opaque_kind(token: str) -> TokenType | None:
    """The kind that a prefix tells."""
    if not token.startswith(_BEGINNINGS):
        return None
    return next((kind for prefix, kind in _PREFIXES.items() if token.startswith(prefix)), None)
