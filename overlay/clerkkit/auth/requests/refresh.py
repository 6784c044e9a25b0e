"""Refreshes an expired session token with the refresh token in the browser's cookie, without a redirect."""

from __future__ import annotations

import re
from typing import Any

from clerk_bapi import api
from clerk_core import ApiError, InvalidArgument, Request, Response, TransportError
from clerk_core.models.model import Model
from clerk_core.request import WrappedRequest
from clerkkit.auth.calls.steps import AuthFlow
from clerkkit.auth.requests.context import RequestContext
from clerkkit.auth.requests.cookies import find_session_token, read_set_cookies
from clerkkit.auth.requests.decisions import SignIn
from clerkkit.auth.tokens.verifier import Verifier
from clerkkit.errors import TokenRefused

_CODE = re.compile(r"[\w-]{1,100}", re.ASCII)


def refresh(context: RequestContext, verifier: Verifier) -> AuthFlow[SignIn | str]:
    """Refresh the session token. If that fails, return the cause, which is appended to the reason of the handshake."""
    if context.request.method != "GET":
        return "non-eligible-non-get"
    refresh_token, expired_token = context.refresh_token, context.session_token
    if not refresh_token:
        return "non-eligible-no-refresh-cookie"
    if not expired_token:
        return "missing-session-token"
    try:
        session_id = verifier.parse(expired_token).claims.get("sid")
    except TokenRefused:
        return "expired-session-token-decode-failed"
    if not isinstance(session_id, str) or not session_id:
        return "expired-session-token-missing-sid-claim"
    try:
        request = _build_request(context, session_id, expired_token, refresh_token)
    except InvalidArgument:  # the browser sent characters that neither JSON nor a URL can contain
        return "unexpected-sdk-error"
    cookies = yield from _fetch_cookies(request)
    if isinstance(cookies, str):
        return cookies
    token = find_session_token(cookies)
    try:
        claims = yield from verifier.verify_session(token, context.options.expectations)
    except TokenRefused:
        return "invalid-session-token"
    return SignIn(claims, token, cookies=tuple(cookies))


def _build_request(context: RequestContext, session_id: str, expired_token: str, refresh_token: str) -> Request[Any]:
    request = api.refresh_session(
        session_id,
        expired_token=expired_token,
        refresh_token=refresh_token,
        request_origin=context.url.origin,
        format="cookie",
        request_headers={name: [value] for name, value in context.request.headers.items()},
    )
    return _SuffixedCookiesRequest(request) if context.uses_suffixed_cookies else request


class _SuffixedCookiesRequest(WrappedRequest[Any]):
    """A request for cookies with the instance's suffix, by a parameter that the contract lacks."""

    __slots__ = ()

    query = "suffixed_cookies=true"

    def decode(self, response: Response) -> Any:
        """Return the result of the wrapped request."""
        return self.wrapped.decode(response)


def _fetch_cookies(request: Request[Any]) -> AuthFlow[list[str] | str]:
    """Return the cookies that Clerk sets, or the cause of a failure."""
    try:
        response: Any = yield request
    except TransportError:
        return "fetch-error"
    except ApiError as error:
        code = error.errors[0].code if error.errors else ""
        return code if _CODE.fullmatch(code) else "unexpected-bapi-error"
    cookies = read_set_cookies(vars(response).get("cookies") if isinstance(response, Model) else None)
    return cookies or "unexpected-sdk-error"
