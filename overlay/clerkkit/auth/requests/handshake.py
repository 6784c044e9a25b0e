"""Finishes a handshake: reads and verifies what the browser brings back from Clerk."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from clerk_core import ApiError, TransportError
from clerk_core.guards import is_object
from clerk_core.models.readers import as_is
from clerk_core.requests.api_request import ApiRequest
from clerkkit.auth.calls.call_limit import CallLimitReached
from clerkkit.auth.calls.steps import AuthFlow
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.cookies import find_session_token, read_set_cookies
from clerkkit.auth.requests.decisions import SignIn, SignOut
from clerkkit.auth.requests.reasons import CLOCK_REASONS, NO_SESSION_TOKEN
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.errors import TokenRefused
from clerkkit.reasons import EXPIRED

HANDSHAKE_SECONDS = 300.0
"""Time from a handshake token's `iat` within which the browser must bring it."""

DEVELOPMENT_CLOCK_SKEW = 86_400.0
"""Seconds by which clocks may differ right after a handshake in development: a day."""

_MAX_NONCE_LENGTH = 1000

log = logging.getLogger("clerkkit")


def finish_handshake(context: RequestContext, verifier: Verifier) -> AuthFlow[SignIn | SignOut | None]:
    """Decide by what a handshake brought. None if it must be ignored, so that the cookies decide."""
    try:
        cookies = yield from _read_cookies(context, verifier)
        if cookies is None:
            return None
        token = find_session_token(cookies)
        if not token:
            if cookies and context.is_production and not context.loads_page:
                return None  # any site can make a browser load an image from this one: that must not sign users out
            return SignOut(NO_SESSION_TOKEN, cookies=tuple(cookies), ends_handshake=True)
        claims = yield from _verify_session(context, verifier, token)
    except TokenRefused as error:
        log.warning("a handshake brought a token that is refused: %s", error)
        # In production, the cookie may belong to another application on the domain. In development, another handshake
        # would bring the same token again.
        return None if context.is_production else SignOut(error.reason, error.message)
    return SignIn(claims, token, cookies=tuple(cookies), ends_handshake=True)


def _read_cookies(context: RequestContext, verifier: Verifier) -> AuthFlow[list[str] | None]:
    """Return the cookies that a handshake sets; None if the limit of calls to Clerk is reached.

    Raises:
        TokenRefused: the handshake token is not accepted.
    """
    if context.handshake_nonce:
        return (yield from _fetch_cookies(context.handshake_nonce))
    if not context.handshake_token:
        return []
    jwt = yield from verifier.verify_handshake(context.handshake_token)
    claims = jwt.decode_claims()
    issued_at = claims.get("iat")
    if isinstance(issued_at, int | float) and verifier.clock() - issued_at > HANDSHAKE_SECONDS:
        raise TokenRefused(EXPIRED, "The handshake token is older than five minutes.", hint="Load the page again.")
    return read_set_cookies(claims.get("handshake"))


def _fetch_cookies(nonce: str) -> AuthFlow[list[str] | None]:
    # The contract lacks this operation.
    query = {"nonce": nonce[:_MAX_NONCE_LENGTH]}
    try:
        response: Any = yield ApiRequest[Any]("GET", "/clients/handshake_payload", as_is, query=query)
    except CallLimitReached:
        return None
    except (ApiError, TransportError) as error:
        log.warning(
            "a handshake could not be fetched: %s. Do secret key and publishable key belong to one instance?", error
        )
        return []
    return read_set_cookies(response.get("directives") if is_object(response) else None)


def _verify_session(context: RequestContext, verifier: Verifier, token: str) -> AuthFlow[SessionClaims]:
    expectations = context.options.expectations
    try:
        return (yield from verifier.verify_session(token, expectations))
    except TokenRefused as error:
        if context.is_production or error.reason not in CLOCK_REASONS:
            raise
        log.warning("the clocks of this machine and of Clerk differ: %s", error)
    return (yield from verifier.verify_session(token, replace(expectations, clock_skew=DEVELOPMENT_CLOCK_SKEW)))
