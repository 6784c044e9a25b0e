"""The state of an authenticated request: `SignedInState`, `SignedOutState` or `HandshakeState`."""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs

from clerkkit.auth.requests.sign_in_pages import SignInPages
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.machine_token import MachineToken
from clerkkit.auth.tokens.token_types import SESSION_TOKEN, TokenType

_TASKS = "/tasks"
"""The path of the tasks of a pending session, below the sign-in or sign-up page."""

Headers = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class _State:
    headers: Headers = attrs.field(default=(), repr=False)
    """Headers to add to the response, in this order. `set-cookie` may occur several times."""
    pages: SignInPages | None = attrs.field(default=None, repr=False, eq=False)
    """The pages at which people sign in. None if `AuthOptions` has no publishable key."""

    @property
    def location(self) -> str | None:
        """The URL to redirect the browser to; None if there is no redirect.

        Any state can have one: respond with status 307 and `headers`.
        """
        return next((value for name, value in self.headers if name == "location"), None)

    def redirect_to_sign_in(self, return_url: str | None = None) -> str:
        """Return the URL to redirect the browser to, so that the user signs in and comes back.

        It is the page for tasks if the session is pending.

        Args:
            return_url: Where to come back to: a path, or a URL on this site or one of `authorized_parties`. Default:
                the page that the browser loads. If the caller is signed in already, that page is not known, and the
                default is where Clerk sends users after they sign in.

        Raises:
            InvalidArgument: `return_url` is on another site, or it is a path and the site is not known, because the
                caller is signed in by a header.
            RuntimeError: the options have no publishable key, so that there is no page to sign in.
        """
        return self._require_pages().build_sign_in_url(return_url, path=self._tasks_path)

    def redirect_to_sign_up(self, return_url: str | None = None) -> str:
        """Return the URL to redirect the browser to, so that the user signs up and comes back.

        It is the page for tasks if the session is pending. Arguments and errors are those of `redirect_to_sign_in`.
        """
        return self._require_pages().build_sign_up_url(return_url, path=self._tasks_path)

    def redirect_to_tasks(self, return_url: str | None = None) -> str:
        """Return the URL to redirect the browser to, so that the user finishes the tasks of a pending session.

        Arguments and errors are those of `redirect_to_sign_in`.
        """
        return self._require_pages().build_sign_in_url(return_url, path=_TASKS)

    @property
    def _tasks_path(self) -> str:
        return ""

    def _require_pages(self) -> SignInPages:
        if self.pages is None:
            raise RuntimeError("there is no sign-in page: AuthOptions has no publishable_key")
        return self.pages


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
        return None if treat_pending_as_signed_out and self._is_pending else self.claims

    @property
    def _is_pending(self) -> bool:
        return isinstance(self.claims, SessionClaims) and self.claims.pending

    @property
    def _tasks_path(self) -> str:
        return _TASKS if self._is_pending else ""


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
