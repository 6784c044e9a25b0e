"""A JWT taken apart, without a look at its signature: nothing in it can be trusted yet."""

from __future__ import annotations

import json
import re
from binascii import Error, a2b_base64
from functools import lru_cache
from typing import Any, NoReturn

from clerk_core.guards import is_object
from clerkkit.auth.tokens.kinds import M2M, OAUTH, OAUTH_TYPES, TokenType
from clerkkit.auth.tokens.reasons import INVALID
from clerkkit.errors import TokenRefused

LONGEST = 16_384
"""Characters of a token. A cookie holds 4096, and servers take no headers of more than a few times this."""

SESSION = "cl_B7d4PD111AAA"
TEMPLATE = "cl_B7d4PD222AAA"
MACHINE = "cl_B7d4PD333AAA"
ANY = "cl_I7d4PD111III"
"""Values of the header `cat`: what a token is good for. `ANY` says nothing."""

_FORM = re.compile(r"([\w-]+)(={0,2})\.([\w-]+)(={0,2})\.([\w-]*)(={0,2})", re.ASCII)
_STANDARD = str.maketrans("-_", "+/")
_LAST = {2: "AQgw", 3: "AEIMQUYcgkosw048"}
"""Length modulo 4 -> the last characters that leave no bits over: others would be a second spelling of a token."""


_CHECKED = ("iss", "sub", "aud", "azp", "exp", "nbf", "iat", "sid")


class Jwt:
    """Header, claims and signature. Shared between threads, and by requests with the same token: never handed out."""

    __slots__ = ("claims", "header", "is_session", "kind", "payload", "session", "signature", "signed")

    def __init__(self, header: dict[str, Any], payload: str, signature: bytes, signed: bytes) -> None:
        self.header = header
        """Shared by tokens with the same header."""
        self.payload = payload
        """The claims as JSON."""
        claims = _object(payload, "claims")
        self.claims = {name: claims[name] for name in _CHECKED if name in claims}
        """The claims that are checked."""
        self.kind: TokenType | None = _kind(self.header, self.claims)
        """The kind of machine that it is for; None for none."""
        self.is_session = self.kind is None and _names_session(self.header, self.claims)
        """Whether it is a session's: tokens of JWT templates and of machines are not."""
        self.signature = signature
        self.signed = signed
        """What the signature is made of."""
        self.session: Any = None
        """The claims as a user sees them, once they were asked for."""

    def decoded(self) -> dict[str, Any]:
        """All claims, decoded anew, so that the caller may change them."""
        return _object(self.payload, "claims")

    def drop_signature(self) -> None:
        """Forget the signature, which was verified: with it goes half of the memory."""
        self.signature = self.signed = b""


def parse(token: object) -> Jwt:
    """Take a token apart.

    Raises:
        TokenRefused: it is no JWT.
    """
    if not isinstance(token, str) or not token:
        raise TokenRefused(INVALID, "There is no token.")
    if len(token) > LONGEST:
        raise TokenRefused(INVALID, f"The token is longer than {LONGEST} characters.")
    refuse_scheme(token)
    form = _FORM.fullmatch(token)
    if form is None:
        raise TokenRefused(INVALID, "The token is no JWT: those are three parts of base64url, with dots between them.")
    header, padding, payload, more, signature, most = form.groups()
    signed = token[: form.start(5) - 1].encode("ascii")
    return Jwt(_header(header, padding), _text(payload, more), _bytes(signature, most), signed)


def refuse_scheme(token: str) -> None:
    """Refuse the value of a header in the place of a token.

    Raises:
        TokenRefused: it begins with Bearer.
    """
    if token[:7].lower() == "bearer ":
        raise TokenRefused(INVALID, "The token begins with Bearer, which is not a part of it: pass what follows.")


@lru_cache(maxsize=64)  # the tokens of an instance have one header
def _header(part: str, padding: str) -> dict[str, Any]:
    header = _object(_text(part, padding), "header")
    if "crit" in header:
        raise TokenRefused(INVALID, "The token's header has 'crit', and nothing that it may ask for is known here.")
    return header


def fits_session(category: object) -> bool:
    """Whether a header `cat` can be that of a session token; older tokens have none."""
    return category in (None, SESSION, ANY)


def fits_machine(category: object) -> bool:
    """Whether a header `cat` can be that of an M2M token; older tokens have none."""
    return category in (None, MACHINE)


def _kind(header: dict[str, Any], claims: dict[str, Any]) -> TokenType | None:
    subject = claims.get("sub")
    if isinstance(subject, str) and subject.startswith("mch_"):
        return M2M
    return OAUTH if header.get("typ") in OAUTH_TYPES else None


def _names_session(header: dict[str, Any], claims: dict[str, Any]) -> bool:
    """Whether its category says so or, where that says nothing, its session id."""
    category, session_id = header.get("cat"), claims.get("sid")
    return category == SESSION or (fits_session(category) and isinstance(session_id, str) and session_id != "")


def _bytes(part: str, padding: str) -> bytes:
    left = len(part) % 4
    if (padding and len(padding) != -left % 4) or (left and part[-1] not in _LAST.get(left, "")):
        raise TokenRefused(INVALID, "A part of the token is not base64url.")
    try:
        return a2b_base64(part.translate(_STANDARD) + "=" * (-left % 4))
    except Error:  # pragma: no cover  # all that it could complain of was looked at
        raise TokenRefused(INVALID, "A part of the token is not base64url.") from None


def _text(part: str, padding: str) -> str:
    try:
        return _bytes(part, padding).decode("utf-8")
    except UnicodeDecodeError:
        raise TokenRefused(INVALID, "A part of the token is not UTF-8.") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def _object(text: str, name: str) -> dict[str, Any]:
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        value = None
    if not is_object(value):
        raise TokenRefused(INVALID, f"The token's {name} is not a JSON object.")
    return value
