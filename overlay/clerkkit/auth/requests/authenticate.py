"""`authenticate_request`, as one flow: from a request to the state that it is in. A bad token never raises here."""

from __future__ import annotations

import logging

import attrs

from clerk_core import InvalidArgument
from clerkkit.auth.requests import urls
from clerkkit.auth.requests.context import DEV_BROWSER, REDIRECT_URL, SYNCED, Context
from clerkkit.auth.requests.handshake import MOST_REDIRECTS, brought_headers, directives, send_away, session_in
from clerkkit.auth.requests.refresh import refreshed
from clerkkit.auth.requests.state import HandshakeState, RequestState, SignedInState, signed_out
from clerkkit.auth.steps import Steps
from clerkkit.auth.tokens import reasons
from clerkkit.auth.tokens.claims import SessionClaims
from clerkkit.auth.tokens.kinds import M2M, SESSION_TOKEN, TokenType, opaque_kind
from clerkkit.auth.tokens.machine_flow import machine_token
from clerkkit.auth.tokens.verify import Verifier
from clerkkit.errors import TokenRefused

A_DAY = 86_400.0
"""Seconds by which clocks may differ right after a handshake in development."""

_OF_CLOCKS = {
    reasons.EXPIRED: reasons.SESSION_EXPIRED,
    reasons.NOT_YET: reasons.SESSION_NOT_YET,
    reasons.ISSUED_LATER: reasons.SESSION_ISSUED_LATER,
}
_CROSS_ORIGIN = "The page before was on another domain, so Clerk is asked for the session there."

log = logging.getLogger("clerkkit")


def authenticated(context: Context, verifier: Verifier, secret_key: str) -> Steps[RequestState]:
    """Return the state of a request; that it is not signed in is logged at debug level, with the reason.

    Raises:
        InvalidArgument: the options do not go with the client's secret key.
    """
    state = yield from _state(context, verifier, secret_key)
    if not isinstance(state, SignedInState):
        log.debug("a request is %s: %s. %s", state.status, state.reason, state.message)
    return state


def _state(context: Context, verifier: Verifier, secret_key: str) -> Steps[RequestState]:
    options = context.options
    accepted, token = options.accepts_token, context.header_token
    development = secret_key.startswith(("sk_test_", "test_"))
    if options.is_satellite and development and not options.sign_in_url and accepted != M2M:
        raise InvalidArgument("sign_in_url", "is missing: a satellite in development needs it")
    jwt = verifier.read(token) if token else None
    kind = jwt.kind if jwt is not None else opaque_kind(token) if token else None
    if not isinstance(accepted, str) and (kind or SESSION_TOKEN) not in accepted:
        return signed_out(reasons.TYPE_MISMATCH, token_type=None)
    if not isinstance(accepted, str) or accepted == "any":
        if kind is not None and token:
            return (yield from _machine(context, verifier, token, kind))
        return (yield from _header(context, verifier, token) if token else _cookie(context, verifier))
    if accepted == SESSION_TOKEN:
        if token is None:
            return (yield from _cookie(context, verifier))
        return (yield from _header(context, verifier, token))
    if token is None:
        return signed_out(reasons.NOT_IN_HEADER, token_type=accepted)
    if kind is None or kind != accepted:
        return signed_out(reasons.TYPE_MISMATCH, token_type=accepted)
    return (yield from _machine(context, verifier, token, kind))


def _machine(context: Context, verifier: Verifier, token: str, kind: TokenType) -> Steps[RequestState]:
    options = context.options
    try:
        verified = yield from machine_token(
            verifier, token, options.expected, options.machine_secret_key, options.lifetimes
        )
    except TokenRefused as error:
        return signed_out(error.reason, error.message, token_type=kind)
    return SignedInState(claims=verified, token=token, token_type=kind)


def _header(context: Context, verifier: Verifier, token: str) -> Steps[RequestState]:
    jwt = verifier.read(token)
    # What cannot be read may be a session's: the checks to come refuse it.
    if jwt is not None and not jwt.is_session:
        return signed_out(reasons.TYPE_MISMATCH)
    try:
        claims = yield from verifier.session(token, context.options.expected)
    except TokenRefused as error:
        return (yield from _refused(context, verifier, error, "header"))
    return SignedInState(claims=claims, token=token)


def _cookie(context: Context, verifier: Verifier) -> Steps[RequestState]:
    if context.handshake_nonce or context.handshake_token:
        state = yield from _back(context, verifier)
        if state is not None:
            return state
    state = _syncing(context)
    if state is not None:
        return state
    token, client = context.session_cookie, context.client_uat
    if not client and not token:
        return signed_out(reasons.NOTHING)
    if not client:
        return send_away(context, reasons.NO_CLIENT)
    if not token:
        return send_away(context, reasons.NO_SESSION)
    try:
        jwt = verifier.parse(token)
        made = jwt.claims.get("iat")
        if not jwt.is_session:
            return signed_out(reasons.TYPE_MISMATCH)
        if isinstance(made, int | float) and made < client:
            return send_away(context, reasons.OLDER_THAN_CLIENT)
        claims = yield from verifier.session(token, context.options.expected)
    except TokenRefused as error:
        return (yield from _refused(context, verifier, error, "cookie"))
    elsewhere = context.loads_document and not context.options.is_satellite and not context.redirects
    if elsewhere and context.comes_from_elsewhere:
        return send_away(context, reasons.CROSS_ORIGIN, _CROSS_ORIGIN)
    return _activating(context, claims, token)


def _syncing(context: Context) -> RequestState | None:
    """What has to happen between domains, or with the browser of development, before cookies mean anything."""
    options, url = context.options, context.url
    synced = url.get(SYNCED)
    if options.is_satellite and context.loads_document and synced != "true":
        empty = not context.session_cookie and not context.client_uat
        if empty and synced != "false" and not options.satellite_auto_sync:
            return signed_out(reasons.NOTHING)
        if empty or synced == "false":
            sign_in = None if context.production else urls.parse(options.sign_in_url)
            location = str(sign_in.adding((REDIRECT_URL, str(url)))) if sign_in else None
            return send_away(context, reasons.SATELLITE, location=location)
    if context.production:
        return None
    back = None if options.is_satellite else urls.parse(url.get(REDIRECT_URL))
    if back is not None:
        return send_away(context, reasons.PRIMARY, location=str(_returning(back, context.dev_browser)))
    if url.get(DEV_BROWSER) is not None:
        return send_away(context, reasons.DEV_BROWSER_SYNC)
    return None if context.dev_browser else send_away(context, reasons.DEV_BROWSER_MISSING)


def _returning(url: urls.Url, dev_browser: str | None) -> urls.Url:
    """A satellite's URL with what it asked for; the mark that it needs it becomes the one that it has it."""
    pairs = [(key, "true" if key == SYNCED else value) for key, value in url.pairs]
    if dev_browser:
        pairs.append((DEV_BROWSER, dev_browser))
    if url.get(SYNCED) is None:
        pairs.append((SYNCED, "true"))
    return url._replace(query=urls.form(pairs))


def _activating(context: Context, claims: SessionClaims, token: str) -> RequestState:
    """Signed in, unless the URL asks for an organization that is not the active one."""
    state = SignedInState(claims=claims, token=token)
    target = context.options.patterns.target(context.url.path)
    if target is None or claims.pending or context.redirects >= MOST_REDIRECTS:
        return state
    if target.id or target.slug:
        active = claims.org_id == target.id if target.id else claims.org_slug == target.slug
    else:
        active = claims.org_id is None
    sent = state if active else send_away(context, reasons.ORGANIZATION)
    return sent if isinstance(sent, HandshakeState) else state


def _refused(context: Context, verifier: Verifier, error: TokenRefused, carrier: str) -> Steps[RequestState]:
    """What becomes of a request whose session token was refused."""
    if error.reason == reasons.UNEXPECTED:
        return signed_out(reasons.UNEXPECTED)
    message = error.message_for(carrier)
    reason = _OF_CLOCKS.get(error.reason)
    if reason is None:
        return signed_out(error.reason, message)
    if error.reason == reasons.EXPIRED:
        outcome = yield from refreshed(context, verifier)
        if isinstance(outcome, SignedInState):
            return outcome
        reason += outcome
    return send_away(context, reason, message)


def _back(context: Context, verifier: Verifier) -> Steps[RequestState | None]:
    """What a handshake brought; None where it is worth nothing, and the cookies decide."""
    try:
        cookies = yield from directives(context, verifier)
        if cookies is None:
            return None
        headers = brought_headers(context, cookies)
        token = session_in(cookies)
        if not token:
            if cookies and context.production and not context.wants_page:
                return None  # any site can make a browser load an image from this one: that must not sign users out
            return signed_out(reasons.NO_SESSION_TOKEN, headers=headers)
        claims = yield from _session_of_handshake(context, verifier, token)
    except TokenRefused as error:
        log.warning("a handshake brought a token that is refused: %s", error)
        # In production, the cookie may be that of another app on the domain. In development, another try would bring
        # the same again.
        return None if context.production else signed_out(error.reason, error.message)
    return SignedInState(claims=claims, token=token, headers=headers)


def _session_of_handshake(context: Context, verifier: Verifier, token: str) -> Steps[SessionClaims]:
    wanted = context.options.expected
    try:
        return (yield from verifier.session(token, wanted))
    except TokenRefused as error:
        if context.production or error.reason not in _OF_CLOCKS:
            raise
        log.warning("this machine's clock differs from Clerk's: %s", error)
    return (yield from verifier.session(token, attrs.evolve(wanted, clock_skew=A_DAY)))
