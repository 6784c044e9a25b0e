"""What became of a request: `SignedInState`, `SignedOutState`, or `HandshakeState`."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs

from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.kinds import SESSION_TOKEN, TokenType
from clerkkit.auth.tokens.machine import MachineToken

Headers = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class _State:
    headers: Headers = attrs.field(default=(), repr=False)
    """To add to the response, in this order; `set-cookie` may be there several times."""

    @property
    def location(self) -> str | None:
        """Where to send the browser, with status 307 and `headers`, whatever the state: None for nowhere."""
        return next((value for name, value in self.headers if name == "location"), None)


@attrs.frozen(kw_only=True)
class SignedInState(_State):
    """The token is good. Ask `to_auth` for the person or machine: a session can still be pending."""

    status: ClassVar[Literal["signed-in"]] = "signed-in"
    is_authenticated: ClassVar[Literal[True]] = True
    reason: ClassVar[None] = None
    message: ClassVar[None] = None
    claims: SessionClaims | MachineToken
    """As verified, of a pending session, too."""
    token: str = attrs.field(repr=False)
    token_type: TokenType = SESSION_TOKEN

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> SessionClaims | MachineToken | None:
        """Who is calling. None for a session in which the user has yet to finish something, unless it is wanted."""
        pending = isinstance(self.claims, SessionClaims) and self.claims.pending
        return None if pending and treat_pending_as_signed_out else self.claims


@attrs.frozen(kw_only=True)
class SignedOutState(_State):
    """Nobody is signed in, or the token is not good."""

    status: ClassVar[Literal["signed-out"]] = "signed-out"
    is_authenticated: ClassVar[Literal[False]] = False
    claims: ClassVar[None] = None
    token: ClassVar[None] = None
    reason: str
    """Why: stable, and Clerk's own."""
    message: str = ""
    """The same for people; may be empty."""
    token_type: TokenType | None = SESSION_TOKEN
    """The kind that was asked for, or came; None where what came is none of a list."""

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> None:
        """Nobody."""


@attrs.frozen(kw_only=True)
class HandshakeState(_State):
    """Whether somebody is signed in is known to Clerk alone: send the browser to `location`."""

    status: ClassVar[Literal["handshake"]] = "handshake"
    is_authenticated: ClassVar[Literal[False]] = False
    claims: ClassVar[None] = None
    token: ClassVar[None] = None
    token_type: ClassVar[TokenType] = SESSION_TOKEN
    reason: str
    """Why: stable, and Clerk's own."""
    message: str = ""
    """The same for people; may be empty."""

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> None:
        """Nobody."""


RequestState = SignedInState | SignedOutState | HandshakeState


def signed_out(
    reason: str, message: str = "", headers: Headers = (), token_type: TokenType | None = SESSION_TOKEN
) -> SignedOutState:
    """The state, with the headers that tell of it."""
    told = _told("signed-out", reason, message)
    return SignedOutState(reason=reason, message=message, headers=(*headers, *told), token_type=token_type)


def handshake(reason: str, message: str, headers: Headers) -> HandshakeState:
    """The state, with the headers that tell of it."""
    return HandshakeState(reason=reason, message=message, headers=(*headers, *_told("handshake", reason, message)))


def _told(status: str, reason: str, message: str) -> Headers:
    """All of it is printable ASCII: reasons are constants, and messages quote nothing else (see `quoting.shown`)."""
    told = (("x-clerk-auth-status", status), ("x-clerk-auth-reason", reason))
    return (*told, ("x-clerk-auth-message", message)) if message else told
