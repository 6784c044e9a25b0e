"""Expired session tokens are refreshed without a redirect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from clerkkit.auth import HandshakeState, RequestState, SignedInState
from tests.loopback import Act, Script, respond, serve
from tests.overlay.auth.browser import (
    EXPIRED,
    GOOD,
    LIVE,
    SIGN_IN_COOKIES,
    Browser,
    plain,
    suffixed,
)
from tests.overlay.auth.factories import NOW, jwks, token


def refreshing(script: Script, cookies: Mapping[str, object], **more: Any) -> tuple[RequestState, list[Any]]:
    def clerk(received: Any) -> Any:
        if received.path == "/jwks":
            return respond(200, jwks())
        return script(received) if callable(script) else script

    with serve(clerk) as server:
        browser = Browser(server)
        state = browser.get(cookies, **more)
        browser.clerk.close()
    return state, [received for received in server.requests if received.path != "/jwks"]


OLD = {**plain(session=EXPIRED, client_uat=1), **suffixed(LIVE, refresh="r")}


def test_refreshes_an_expired_token() -> None:
    state, asked = refreshing(respond(200, {"object": "cookies", "cookies": SIGN_IN_COOKIES}), OLD)
    assert isinstance(state, SignedInState)
    assert (state.token, state.headers) == (
        GOOD,
        (("set-cookie", SIGN_IN_COOKIES[0]), ("set-cookie", SIGN_IN_COOKIES[1])),
    )
    (request,) = asked
    assert (request.method, request.target) == ("POST", "/sessions/sess_1/refresh")
    body = request.json()
    assert body["expired_token"] == EXPIRED
    assert (body["refresh_token"], body["format"], body["request_origin"]) == ("r", "cookie", "https://shop.test")
    assert body["request_headers"]["sec-fetch-dest"] == ["document"]


def test_requests_suffixed_cookies_for_a_suffixed_token() -> None:
    state, asked = refreshing(
        respond(200, {"object": "cookies", "cookies": SIGN_IN_COOKIES}),
        suffixed(LIVE, session=EXPIRED, client_uat=1, refresh="r"),
    )
    assert state.status == "signed-in"
    assert asked[0].query == [("suffixed_cookies", "true")]


@pytest.mark.parametrize(
    ("script", "cause"),
    [
        ([Act.RESET], "fetch-error"),
        (respond(401, {"errors": [{"code": "refresh_token_expired"}]}), "refresh_token_expired"),
        (respond(401, {"errors": [{"code": "a b\r\n"}]}), "unexpected-bapi-error"),
        (respond(500, b"no"), "unexpected-bapi-error"),
        (respond(200, {"object": "cookies", "cookies": []}), "unexpected-sdk-error"),
        (respond(200, {"object": "cookies", "cookies": [f"__session={token(key='evil')}"]}), "invalid-session-token"),
        (respond(200, {"object": "cookies", "cookies": ["__session="]}), "invalid-session-token"),
    ],
)
def test_failed_refresh_leads_to_handshake(script: Script, cause: str) -> None:
    state, _ = refreshing(script, OLD)
    assert isinstance(state, HandshakeState)
    assert state.reason == f"session-token-expired-refresh-{cause}"


def test_does_not_refresh_other_methods_or_tokens_without_session_id() -> None:
    state, asked = refreshing(respond(500), OLD, method="POST")
    assert (state.reason, asked) == ("session-token-expired-refresh-non-eligible-non-get", [])
    without = {**OLD, "__session": token(sid=None, exp=NOW - 60)}
    state, asked = refreshing(respond(500), without)
    assert (state.reason, asked) == ("session-token-expired-refresh-expired-session-token-missing-sid-claim", [])
