"""What can be decided about a request, and whether its browser can be redirected."""

from __future__ import annotations

import logging
from typing import NamedTuple

from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.machine_token import MachineToken
from clerkkit.auth.tokens.token_types import SESSION_TOKEN, TokenType

MAX_REDIRECTS = 3
"""Redirects, each within two seconds of the last, after which something must be misconfigured."""

_UNKNOWN_HOST = "The proxy_url is a path, and this host is not among authorized_parties: no session is sent there."

log = logging.getLogger("clerkkit")


class SignIn(NamedTuple):
    """Accept the token."""

    claims: SessionClaims | MachineToken
    token: str
    token_type: TokenType = SESSION_TOKEN
    cookies: tuple[str, ...] = ()
    """`Set-Cookie` values to send."""
    ends_handshake: bool = False
    """Whether the browser returns from a handshake."""


class SignOut(NamedTuple):
    """Treat the sender as signed out."""

    reason: str
    message: str = ""
    token_type: TokenType | None = SESSION_TOKEN
    cookies: tuple[str, ...] = ()
    """`Set-Cookie` values to send."""
    ends_handshake: bool = False
    """Whether the browser returns from a handshake."""


class Redirect(NamedTuple):
    """Redirect the browser."""

    reason: str
    message: str = ""
    location: str | None = None
    """None for the handshake of the Frontend API."""


Decision = SignIn | SignOut | Redirect


def can_redirect(context: RequestContext, location: str | None = None) -> bool:
    """Return whether the browser can be redirected to a location, or to the handshake if that is None."""
    has_location = location is not None or bool(context.frontend_api)
    return _loads_page(context) and context.redirect_count < MAX_REDIRECTS and has_location


def redirect_or_sign_out(
    context: RequestContext, reason: str, message: str = "", location: str | None = None
) -> Redirect | SignOut:
    """Decide to redirect the browser, or to treat it as signed out if that is not possible."""
    if can_redirect(context, location):
        return Redirect(reason, message, location)
    if not _loads_page(context):
        return SignOut(reason, message)
    if context.redirect_count >= MAX_REDIRECTS:
        log.warning(
            "a browser was redirected to Clerk three times in a row (%s): do all keys belong to one instance?", reason
        )
        return SignOut(reason, message)
    return SignOut(reason, _UNKNOWN_HOST)


def _loads_page(context: RequestContext) -> bool:
    return context.loads_page and bool(context.url.authority)
