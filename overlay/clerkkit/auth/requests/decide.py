"""Decides how to handle a request, from its token and cookies. Rendering the decision is left to `render`."""

from __future__ import annotations

from clerk_core import InvalidArgument
from clerkkit.auth.calls.steps import AuthFlow
from clerkkit.auth.requests import reasons
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.decisions import (
    Decision,
    Redirect,
    SignIn,
    SignOut,
    can_redirect,
    redirect_or_sign_out,
)
from clerkkit.auth.requests.handshake import finish_handshake
from clerkkit.auth.requests.reasons import CLOCK_REASONS
from clerkkit.auth.requests.refresh import refresh
from clerkkit.auth.requests.sync import decide_sync
from clerkkit.auth.tokens.jwts import Jwt
from clerkkit.auth.tokens.token_types import M2M, SESSION_TOKEN, TokenType, opaque_token_type
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.auth.tokens.verify_machine_token import verify_machine_token
from clerkkit.errors import TokenRefused
from clerkkit.reasons import EXPIRED, TYPE_MISMATCH, UNEXPECTED

_CROSS_ORIGIN = "The browser comes from another domain, so Clerk is asked for the session there."


def decide(context: RequestContext, verifier: Verifier, secret_key: str) -> AuthFlow[Decision]:
    """Decide about a request, by the types of token that are accepted and the type that it carries.

    Raises:
        InvalidArgument: the options do not go with the client's secret key.
    """
    options, token = context.options, context.header_token
    accepted = options.accepts_token
    is_development = secret_key.startswith(("sk_test_", "test_"))
    if options.is_satellite and is_development and not options.sign_in_url and accepted != M2M:
        raise InvalidArgument("sign_in_url", "is missing: a satellite in development needs it")
    jwt = None if token is None else verifier.try_parse(token)
    machine_type = _find_machine_type(token, jwt)
    if isinstance(accepted, str) and accepted != "any" and accepted != SESSION_TOKEN:
        if token is None:
            return SignOut(reasons.NO_TOKEN_IN_HEADER, token_type=accepted)
        if machine_type != accepted:
            return SignOut(TYPE_MISMATCH, token_type=accepted)
    if not isinstance(accepted, str) and (machine_type or SESSION_TOKEN) not in accepted:
        return SignOut(TYPE_MISMATCH, token_type=None)
    if token is None:
        return (yield from _decide_by_cookies(context, verifier))
    if machine_type is not None and accepted != SESSION_TOKEN:
        return (yield from _decide_by_machine_token(context, verifier, token, machine_type))
    # A token that cannot be parsed is left to verification, which names the problem.
    if jwt is not None and not jwt.is_session:
        return SignOut(TYPE_MISMATCH)
    return (yield from _decide_by_header(context, verifier, token))


def _find_machine_type(token: str | None, jwt: Jwt | None) -> TokenType | None:
    """Return the type of a machine's token; None for other tokens and for no token."""
    if jwt is not None:
        return jwt.machine_type
    return None if token is None else opaque_token_type(token)


def _decide_by_machine_token(
    context: RequestContext, verifier: Verifier, token: str, token_type: TokenType
) -> AuthFlow[Decision]:
    options = context.options
    try:
        verified = yield from verify_machine_token(
            verifier, token, options.expectations, options.machine_secret_key, options.lifetimes
        )
    except TokenRefused as error:
        return SignOut(error.reason, error.message, token_type)
    return SignIn(verified, token, token_type)


def _decide_by_header(context: RequestContext, verifier: Verifier, token: str) -> AuthFlow[Decision]:
    try:
        claims = yield from verifier.verify_claims(token, context.options.expectations)
    except TokenRefused as error:
        return (yield from _decide_after_refusal(context, verifier, error, "header"))
    return SignIn(claims, token)


def _decide_by_cookies(context: RequestContext, verifier: Verifier) -> AuthFlow[Decision]:
    decision: Decision | None = None
    if context.handshake_nonce or context.handshake_token:
        decision = yield from finish_handshake(context, verifier)
    if decision is None:
        decision = decide_sync(context)
    if decision is None:
        decision = yield from _decide_by_session_cookie(context, verifier)
    return decision


def _decide_by_session_cookie(context: RequestContext, verifier: Verifier) -> AuthFlow[Decision]:
    token, client_uat = context.session_cookie, context.client_uat
    if not token:
        if not client_uat:
            return SignOut(reasons.NO_SESSION_OR_CLIENT)
        return redirect_or_sign_out(context, reasons.CLIENT_UAT_ONLY)
    if not client_uat:
        return redirect_or_sign_out(context, reasons.NO_CLIENT_UAT)
    try:
        jwt = verifier.parse(token)
        issued_at = jwt.claims.get("iat")
        if not jwt.is_session:
            return SignOut(TYPE_MISMATCH)
        if isinstance(issued_at, int | float) and issued_at < client_uat:
            return redirect_or_sign_out(context, reasons.OLDER_THAN_CLIENT_UAT)
        claims = yield from verifier.verify_claims(token, context.options.expectations)
    except TokenRefused as error:
        return (yield from _decide_after_refusal(context, verifier, error, "cookie"))
    is_primary_page = context.loads_document and not context.options.is_satellite and not context.redirect_count
    if is_primary_page and context.is_cross_origin_navigation:
        return redirect_or_sign_out(context, reasons.CROSS_ORIGIN_SYNC, _CROSS_ORIGIN)
    target = context.target_organization
    if target is not None and not claims.pending and not target.is_active(claims) and can_redirect(context):
        return Redirect(reasons.ORGANIZATION_MISMATCH)
    return SignIn(claims, token)


def _decide_after_refusal(
    context: RequestContext, verifier: Verifier, error: TokenRefused, carrier: str
) -> AuthFlow[Decision]:
    """Refresh an expired session token, ask Clerk if clocks may be the cause, or sign out."""
    if error.reason == UNEXPECTED:
        return SignOut(UNEXPECTED)
    message = error.message_for(carrier)
    reason = CLOCK_REASONS.get(error.reason)
    if reason is None:
        return SignOut(error.reason, message)
    if error.reason == EXPIRED:
        outcome = yield from refresh(context, verifier)
        if isinstance(outcome, SignIn):
            return outcome
        reason += outcome
    return redirect_or_sign_out(context, reason, message)
