"""The kinds of token that a request can bring, told by prefix or form alone."""

from __future__ import annotations

import re
from typing import Literal

from clerkkit.auth import jwts
from clerkkit.auth.jwts import Jwt

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


def is_m2m(jwt: Jwt) -> bool:
    """Whether the token is about a machine."""
    subject = jwt.claims.get("sub")
    return isinstance(subject, str) and subject.startswith("mch_")


def is_oauth(jwt: Jwt) -> bool:
    """Whether the token is an OAuth access token."""
    return jwt.header.get("typ") in OAUTH_TYPES


def jwt_kind(jwt: Jwt) -> TokenType | None:
    """The kind of machine that a JWT is for; None for none."""
    return M2M if is_m2m(jwt) else OAUTH if is_oauth(jwt) else None


def is_of_session(jwt: Jwt) -> bool:
    """Whether a JWT is a session's: by its category or, where that says nothing, by its session id.

    Tokens of JWT templates and of machines are not.
    """
    category, session_id = jwt.header.get("cat"), jwt.claims.get("sid")
    named = isinstance(session_id, str) and session_id != ""
    return jwt_kind(jwt) is None and (category == jwts.SESSION or (jwts.is_of_session(category) and named))
