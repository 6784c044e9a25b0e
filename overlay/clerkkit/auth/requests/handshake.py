"""Sending a browser to Clerk to learn whether somebody is signed in, and reading what it brings back."""

from __future__ import annotations

import logging
from typing import Any

from clerk_bapi import API_VERSION
from clerk_core import UNSET, ApiError, TransportError
from clerk_core.guards import is_object
from clerkkit.auth.call_limit import CallLimitReached
from clerkkit.auth.requests import urls
from clerkkit.auth.requests.context import (
    DEV_BROWSER,
    HANDSHAKE,
    NONCE,
    REDIRECT_COUNT,
    SESSION,
    Context,
)
from clerkkit.auth.requests.cookies import to_set
from clerkkit.auth.requests.organization_paths import Target
from clerkkit.auth.requests.state import Headers, RequestState, handshake, signed_out
from clerkkit.auth.steps import Steps
from clerkkit.auth.tokens.reasons import EXPIRED
from clerkkit.auth.tokens.verify import Verifier
from clerkkit.errors import TokenRefused
from clerkkit.options import any_request

MOST_REDIRECTS = 3
"""After so many within two seconds each, a browser is sent nowhere: something is set up wrongly."""

HANDSHAKE_LIFE = 300.0
"""Seconds from a handshake token's `iat` in which the browser has to bring it."""

_ELSEWHERE = "The proxy_url is a path, and this host is none of authorized_parties: no session is sent there."

_HELP = "__clerk_help"
_DEV_SESSION = "__dev_session"
_BROUGHT = (HANDSHAKE, _HELP, DEV_BROWSER, NONCE)
_NO_STORE = ("cache-control", "no-store")

log = logging.getLogger("clerkkit")


def send_away(context: Context, reason: str, message: str = "", location: str | None = None) -> RequestState:
    """The state that asks for a redirect; signed out where the request is no page, or the redirects do not end."""
    if not context.wants_page or not context.url.place:
        return signed_out(reason, message)
    if context.redirects >= MOST_REDIRECTS:
        log.warning("a browser was sent to Clerk three times in a row (%s): are its keys of one instance?", reason)
        return signed_out(reason, message)
    if location is None and not context.frontend_api:
        return signed_out(reason, _ELSEWHERE)
    count = f"{REDIRECT_COUNT}={context.redirects + 1}; SameSite=Lax; HttpOnly; Max-Age=2"
    where = handshake_url(context, reason) if location is None else location
    return handshake(reason, message, (("location", where), _NO_STORE, ("set-cookie", count)))


def handshake_url(context: Context, reason: str) -> str:
    """Where Clerk's Frontend API does the handshake, with all that it has to know."""
    back = context.url.without((DEV_BROWSER, _DEV_SESSION))
    pairs = [
        ("redirect_url", str(back)),
        ("__clerk_api_version", API_VERSION),
        ("suffixed_cookies", "true" if context.suffixed else "false"),
        ("__clerk_hs_reason", reason),
        ("format", "nonce"),
    ]
    if context.session_token:
        pairs.append((SESSION, context.session_token))
    if not context.production and context.dev_browser:
        pairs.append((DEV_BROWSER, context.dev_browser))
    target = context.options.patterns.target(context.url.path)
    if target is not None:
        pairs.append(("organization_id", _asked(target)))
    return f"{context.frontend_api}/v1/client/handshake?{urls.form(pairs)}"


def _asked(target: Target) -> str:
    return target.id or target.slug or ""


def directives(context: Context, verifier: Verifier) -> Steps[list[str] | None]:
    """The cookies that a handshake sets; None where Clerk cannot be asked, since too many others asked.

    Raises:
        TokenRefused: its token is not accepted.
    """
    nonce, token = context.handshake_nonce, context.handshake_token
    brought: Any = None
    if nonce:
        try:
            answer: Any = yield any_request("GET", "/clients/handshake_payload", {"nonce": nonce[:1000]}, UNSET)
        except CallLimitReached:
            return None
        except (ApiError, TransportError) as error:
            log.warning("a handshake could not be fetched: %s. Are secret and publishable key of one instance?", error)
        else:
            brought = answer.get("directives") if is_object(answer) else None
    elif token:
        claims = (yield from verifier.handshake(token)).decoded()
        made = claims.get("iat")
        if isinstance(made, int | float) and verifier.clock() - made > HANDSHAKE_LIFE:
            raise TokenRefused(EXPIRED, "The handshake token is older than five minutes.", hint="Load the page again.")
        brought = claims.get("handshake")
    return to_set(brought)


def brought_headers(context: Context, cookies: list[str]) -> Headers:
    """The headers after a handshake: its cookies, and in development the way back to the URL without its marks.

    A handshake that brought no cookies leads nowhere: the page would ask for the same again, and never be shown.
    """
    headers: Headers = (
        ("access-control-allow-origin", "null"),
        ("access-control-allow-credentials", "true"),
        *(("set-cookie", cookie) for cookie in cookies),
    )
    if context.production or not cookies or not context.url.place:
        return headers
    return (*headers, ("location", str(context.url.without(_BROUGHT))), _NO_STORE)


def session_in(cookies: list[str]) -> str:
    """The session token that such cookies set, the last one if several; empty where they end the session."""
    tokens = [cookie.partition(";")[0].partition("=")[2] for cookie in cookies if cookie.startswith(SESSION)]
    return tokens[-1] if tokens else ""
