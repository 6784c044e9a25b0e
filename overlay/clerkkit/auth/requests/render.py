"""Renders a decision as the state of the request, with its response headers: redirect, cookies, status."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from clerk_bapi import API_VERSION
from clerkkit.auth.requests.adapters.urls import encode_params
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.decisions import Decision, Redirect, SignIn
from clerkkit.auth.requests.names import (
    DEV_BROWSER,
    DEV_SESSION,
    HANDSHAKE,
    HANDSHAKE_NONCE,
    HELP,
    REDIRECT_COUNT,
    SESSION,
)
from clerkkit.auth.requests.sign_in_pages import SignInPages
from clerkkit.auth.requests.state import HandshakeState, Headers, RequestState, SignedInState, SignedOutState
from clerkkit.auth.tokens.claims import SessionClaims

_HANDSHAKE_PARAMS = (HANDSHAKE, HELP, DEV_BROWSER, HANDSHAKE_NONCE)
_NO_STORE = ("cache-control", "no-store")


def render(context: RequestContext, decision: Decision) -> RequestState:
    """Return the state that a decision leads to."""
    if isinstance(decision, Redirect):
        location = decision.location or _build_handshake_url(context, decision.reason)
        count = f"{REDIRECT_COUNT}={context.redirect_count + 1}; SameSite=Lax; HttpOnly; Max-Age=2"
        return HandshakeState(
            reason=decision.reason,
            message=decision.message,
            pages=_find_sign_in_pages(context),
            headers=(
                ("location", location),
                _NO_STORE,
                ("set-cookie", count),
                *build_status_headers(HandshakeState.status, decision.reason, decision.message),
            ),
        )
    if decision.ends_handshake:
        headers = _build_return_headers(context, decision.cookies)
    else:
        headers = _build_cookie_headers(decision.cookies)
    if isinstance(decision, SignIn):
        is_pending = isinstance(decision.claims, SessionClaims) and decision.claims.pending
        return SignedInState(
            claims=decision.claims,
            token=decision.token,
            token_type=decision.token_type,
            headers=headers,
            # Without the request, since each request of a signed-in user would pay for it.
            pages=_find_sign_in_pages(context) if is_pending else context.options.sign_in_pages,
        )
    return SignedOutState(
        reason=decision.reason,
        message=decision.message,
        token_type=decision.token_type,
        pages=_find_sign_in_pages(context),
        headers=(*headers, *build_status_headers(SignedOutState.status, decision.reason, decision.message)),
    )


def _find_sign_in_pages(context: RequestContext) -> SignInPages | None:
    """Return the pages for a request that is not signed in, or whose session is pending; None if there are none."""
    pages = context.options.sign_in_pages
    return pages and attrs.evolve(pages, visit=context)


def build_status_headers(status: str, reason: str, message: str) -> Headers:
    """Return the headers that explain why a request is not signed in.

    They are printable ASCII: reasons are constants, and messages quote values with `quote_value`.
    """
    headers = (("x-clerk-auth-status", status), ("x-clerk-auth-reason", reason))
    return (*headers, ("x-clerk-auth-message", message)) if message else headers


def _build_cookie_headers(cookies: Iterable[str]) -> Headers:
    return tuple([("set-cookie", cookie) for cookie in cookies])


def _build_return_headers(context: RequestContext, cookies: tuple[str, ...]) -> Headers:
    """Return the headers after a handshake: its cookies, and in development a redirect that cleans the URL.

    There is no redirect without cookies: the page would start the same handshake again, and never be shown.
    """
    headers: Headers = (
        ("access-control-allow-origin", "null"),
        ("access-control-allow-credentials", "true"),
        *_build_cookie_headers(cookies),
    )
    if context.is_production or not cookies or not context.url.authority:
        return headers
    return (*headers, ("location", str(context.url.without_params(_HANDSHAKE_PARAMS))), _NO_STORE)


def _build_handshake_url(context: RequestContext, reason: str) -> str:
    """Return the URL of the Frontend API's handshake for this request."""
    params = [
        ("redirect_url", str(context.url.without_params((DEV_BROWSER, DEV_SESSION)))),
        ("__clerk_api_version", API_VERSION),
        ("suffixed_cookies", "true" if context.uses_suffixed_cookies else "false"),
        ("__clerk_hs_reason", reason),
        ("format", "nonce"),
    ]
    if context.session_token:
        params.append((SESSION, context.session_token))
    if not context.is_production and context.dev_browser:
        params.append((DEV_BROWSER, context.dev_browser))
    target = context.target_organization
    if target is not None:
        params.append(("organization_id", target.id_or_slug))
    return f"{context.frontend_api}/v1/client/handshake?{encode_params(params)}"
