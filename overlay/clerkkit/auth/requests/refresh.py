"""A new session token for an expired one, without the browser: with the refresh token in its cookie."""

from __future__ import annotations

import re
from typing import Any

from clerk_bapi import api
from clerk_core import ApiError, InvalidArgument, TransportError
from clerk_core.model import Model
from clerkkit.auth.requests.context import Context
from clerkkit.auth.requests.cookies import to_set
from clerkkit.auth.requests.handshake import session_in
from clerkkit.auth.requests.state import SignedInState
from clerkkit.auth.steps import Steps
from clerkkit.auth.tokens.verify import Verifier
from clerkkit.errors import TokenRefused

_CODE = re.compile(r"[\w-]{1,100}", re.ASCII)


def refreshed(context: Context, verifier: Verifier) -> Steps[SignedInState | str]:
    """Signed in with a new token; else why not, as the end of the handshake's reason."""
    if context.request.method != "GET":
        return "non-eligible-non-get"
    refresh_token, expired = context.refresh_token, context.session_token
    if not refresh_token:
        return "non-eligible-no-refresh-cookie"
    if not expired:
        return "missing-session-token"
    try:
        session_id = verifier.parse(expired).claims.get("sid")
    except TokenRefused:
        return "expired-session-token-decode-failed"
    if not isinstance(session_id, str) or not session_id:
        return "expired-session-token-missing-sid-claim"
    cookies = yield from _cookies(context, session_id, expired, refresh_token)
    if isinstance(cookies, str):
        return cookies
    token = session_in(cookies)
    try:
        claims = yield from verifier.session(token, context.options.expected)
    except TokenRefused:
        return "invalid-session-token"
    return SignedInState(claims=claims, token=token, headers=tuple(("set-cookie", cookie) for cookie in cookies))


def _cookies(context: Context, session_id: str, expired: str, refresh_token: str) -> Steps[list[str] | str]:
    try:
        request = api.refresh_session(
            session_id,
            expired_token=expired,
            refresh_token=refresh_token,
            request_origin=context.url.origin,
            format="cookie",
            request_headers={name: [value] for name, value in context.request.headers.items()},
        )
    except InvalidArgument:  # what a browser sent holds characters that JSON or a URL cannot
        return "unexpected-sdk-error"
    if context.suffixed:
        request.query = "suffixed_cookies=true"
    try:
        answer: Any = yield request
    except TransportError:
        return "fetch-error"
    except ApiError as error:
        code = error.errors[0].code if error.errors else ""
        return code if _CODE.fullmatch(code) else "unexpected-bapi-error"
    return to_set(vars(answer).get("cookies") if isinstance(answer, Model) else None) or "unexpected-sdk-error"
