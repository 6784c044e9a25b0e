"""Parses JWTs without verifying them: nothing in a parsed token can be trusted yet."""

from __future__ import annotations

import json
import re
from binascii import Error, a2b_base64
from functools import lru_cache
from typing import Any, NoReturn

from clerk_core.guards import is_object
from clerkkit.auth.tokens.token_types import M2M, OAUTH, OAUTH_JWT_TYPES, TokenType
from clerkkit.errors import TokenRefused
from clerkkit.reasons import INVALID

MAX_LENGTH = 16_384
"""Maximum characters of a token. A cookie holds 4096, and servers limit headers to a few times that."""

SESSION_CATEGORY = "cl_B7d4PD111AAA"
TEMPLATE_CATEGORY = "cl_B7d4PD222AAA"
MACHINE_CATEGORY = "cl_B7d4PD333AAA"
ANY_CATEGORY = "cl_I7d4PD111III"
"""Values of the header `cat`, the purpose of a token. `ANY_CATEGORY` leaves it open."""

_FORM = re.compile(r"([\w-]+)(={0,2})\.([\w-]+)(={0,2})\.([\w-]*)(={0,2})", re.ASCII)
_STANDARD = str.maketrans("-_", "+/")
_LAST = {2: "AQgw", 3: "AEIMQUYcgkosw048"}
"""Length modulo 4 -> last characters without surplus bits. Others would allow a second spelling of a token."""

_CHECKED_CLAIMS = ("iss", "sub", "aud", "azp", "exp", "nbf", "iat", "sid")


class Jwt:
    """Header, claims and signature of a token.

    Threads and requests with the same token share it, so it must not reach the caller.
    """

    __slots__ = ("claims", "header", "is_session", "machine_type", "payload", "session_claims", "signature", "signed")

    def __init__(self, header: dict[str, Any], payload: str, signature: bytes, signed: bytes) -> None:
        self.header = header
        """Shared by tokens with the same header."""
        self.payload = payload
        """The claims as JSON."""
        claims = _decode_object(payload, "claims")
        self.claims = {name: claims[name] for name in _CHECKED_CLAIMS if name in claims}
        """The claims that verification needs."""
        self.machine_type: TokenType | None = _find_machine_type(self.header, self.claims)
        """The type of a machine's token; None for other tokens."""
        self.is_session = self.machine_type is None and _is_session(self.header, self.claims)
        """Whether this is a session token, and not one of a JWT template or a machine."""
        self.signature = signature
        self.signed = signed
        """The bytes that the signature covers."""
        self.session_claims: Any = None
        """The `SessionClaims` of this token, once built."""

    def decode_claims(self) -> dict[str, Any]:
        """Return all claims, decoded anew, so that the caller may change them."""
        return _decode_object(self.payload, "claims")

    def drop_signature(self) -> None:
        """Drop the signature once it is verified, which halves the memory of a token."""
        self.signature = self.signed = b""


def parse_jwt(token: object) -> Jwt:
    """Parse a token.

    Raises:
        TokenRefused: the token is not a JWT.
    """
    if not isinstance(token, str) or not token:
        raise TokenRefused(INVALID, "There is no token.")
    if len(token) > MAX_LENGTH:
        raise TokenRefused(INVALID, f"The token is longer than {MAX_LENGTH} characters.")
    reject_bearer_prefix(token)
    form = _FORM.fullmatch(token)
    if form is None:
        raise TokenRefused(INVALID, "The token is not a JWT: expected three parts of base64url, separated by dots.")
    header, header_padding, payload, payload_padding, signature, signature_padding = form.groups()
    signed = token[: form.start(5) - 1].encode("ascii")
    return Jwt(
        _decode_header(header, header_padding),
        _decode_text(payload, payload_padding),
        _decode_bytes(signature, signature_padding),
        signed,
    )


def reject_bearer_prefix(token: str) -> None:
    """Reject the value of an `Authorization` header that was passed as a token.

    Raises:
        TokenRefused: the token begins with Bearer.
    """
    if token[:7].lower() == "bearer ":
        raise TokenRefused(INVALID, "The token begins with Bearer: pass only what follows.")


@lru_cache(maxsize=64)  # the tokens of an instance share one header
def _decode_header(part: str, padding: str) -> dict[str, Any]:
    header = _decode_object(_decode_text(part, padding), "header")
    if "crit" in header:
        raise TokenRefused(INVALID, "The token's header has critical extensions (crit), which are not supported.")
    return header


def is_session_category(category: object) -> bool:
    """Return whether a session token may have this header `cat`. Older tokens have none."""
    return category in (None, SESSION_CATEGORY, ANY_CATEGORY)


def is_m2m_category(category: object) -> bool:
    """Return whether an M2M token may have this header `cat`. Older tokens have none."""
    return category in (None, MACHINE_CATEGORY)


def is_not_m2m_category(category: object) -> bool:
    """Return whether a session token, or one of a JWT template, may have this header `cat`."""
    return category != MACHINE_CATEGORY


def _find_machine_type(header: dict[str, Any], claims: dict[str, Any]) -> TokenType | None:
    subject = claims.get("sub")
    if isinstance(subject, str) and subject.startswith("mch_"):
        return M2M
    return OAUTH if header.get("typ") in OAUTH_JWT_TYPES else None


def _is_session(header: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Return whether the category says so, or, if it leaves the purpose open, whether there is a session id."""
    category, session_id = header.get("cat"), claims.get("sid")
    has_session_id = isinstance(session_id, str) and session_id != ""
    return category == SESSION_CATEGORY or (is_session_category(category) and has_session_id)


def _decode_bytes(part: str, padding: str) -> bytes:
    surplus = len(part) % 4
    if (padding and len(padding) != -surplus % 4) or (surplus and part[-1] not in _LAST.get(surplus, "")):
        raise TokenRefused(INVALID, "A part of the token is not base64url.")
    try:
        return a2b_base64(part.translate(_STANDARD) + "=" * (-surplus % 4))
    except Error:  # pragma: no cover  # the checks above leave it nothing to reject
        raise TokenRefused(INVALID, "A part of the token is not base64url.") from None


def _decode_text(part: str, padding: str) -> str:
    try:
        return _decode_bytes(part, padding).decode("utf-8")
    except UnicodeDecodeError:
        raise TokenRefused(INVALID, "A part of the token is not UTF-8.") from None


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_reject_constant)


def _decode_object(text: str, name: str) -> dict[str, Any]:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        value = None
    if not is_object(value):
        raise TokenRefused(INVALID, f"The token's {name} is not a JSON object.")
    return value
