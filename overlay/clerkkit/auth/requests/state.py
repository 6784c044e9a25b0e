"""The state of an authenticated request: `SignedInState`, `SignedOutState` or `HandshakeState`."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs

from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.machine_token import MachineToken
from clerkkit.auth.tokens.token_types import SESSION_TOKEN, TokenType

Headers = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class _State:
    headers: Headers = attrs.field(default=(), repr=False)
    """Headers to add to the response, in this order. `set-cookie` may occur several times."""

    @property
    def location(self) -> str | None:
        """The URL to redirect the browser to; None if there is no redirect.

        Any state can have one: respond with status 307 and `headers`.
        """
        return next((value for name, value in self.headers if name == "location"), None)


@attrs.frozen(kw_only=True)
class SignedInState(_State):
    """The token is valid. Use `to_auth` to get the caller, since the session may still be pending."""

    status: ClassVar[Literal["signed-in"]] = "signed-in"
    is_authenticated: ClassVar[Literal[True]] = True
    reason: ClassVar[None] = None
    message: ClassVar[None] = None
    claims: SessionClaims | MachineToken
    """The verified claims, also those of a pending session."""
    token: str = attrs.field(repr=False)
    token_type: TokenType = SESSION_TOKEN

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> SessionClaims | MachineToken | None:
        """Return the caller. None for a pending session, unless `treat_pending_as_signed_out` is False."""
        is_pending = isinstance(self.claims, SessionClaims) and self.claims.pending
        return None if is_pending and treat_pending_as_signed_out else self.claims


@attrs.frozen(kw_only=True)
class SignedOutState(_State):
    """The request carries no token, or one that is not accepted."""

    status: ClassVar[Literal["signed-out"]] = "signed-out"
    is_authenticated: ClassVar[Literal[False]] = False
    claims: ClassVar[None] = None
    token: ClassVar[None] = None
    reason: str
    """One of Clerk's reason codes. Stable."""
    message: str = ""
    """An explanation for people; may be empty."""
    token_type: TokenType | None = SESSION_TOKEN
    """The type of token that was expected or sent. None if several types are accepted and another one was sent."""

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> None:
        """Return None."""


@attrs.frozen(kw_only=True)
class HandshakeState(_State):
    """The browser must be redirected to `location`, because only Clerk can determine whether it is signed in."""

    status: ClassVar[Literal["handshake"]] = "handshake"
    is_authenticated: ClassVar[Literal[False]] = False
    claims: ClassVar[None] = None
    token: ClassVar[None] = None
    token_type: ClassVar[TokenType] = SESSION_TOKEN
    reason: str
    """One of Clerk's reason codes. Stable."""
    message: str = ""
    """An explanation for people; may be empty."""

    def to_auth(self, *, treat_pending_as_signed_out: bool = True) -> None:
        """Return None."""


RequestState = SignedInState | SignedOutState | HandshakeState
