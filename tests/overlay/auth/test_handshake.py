"""Handshakes: the redirect to Clerk, and what the browser brings back."""

from __future__ import annotations

from typing import Any

import pytest

from clerk_bapi import API_VERSION
from clerkkit.auth import HandshakeState, SignedInState, SignedOutState
from tests.loopback import Act, Script, respond, serve
from tests.overlay.auth.browser import (
    EXPIRED,
    GOOD,
    SIGN_IN_COOKIES,
    SIGN_OUT_COOKIES,
    TEST,
    Browser,
    handshake_token,
    plain,
    query,
)
from tests.overlay.auth.factories import NOW, forged, jwks, options, token


def test_handshake_redirects_with_headers_and_parameters(browser: Browser) -> None:
    state = browser.get(plain(client_uat=1), url="https://shop.test/a?x=%20y&__clerk_db_jwt=z&~=*")
    assert isinstance(state, HandshakeState)
    where = (
        "https://clerk.shop.test/v1/client/handshake?redirect_url=https%3A%2F%2Fshop.test%2Fa%3Fx%3D%2By%26%257E%3D*"
        f"&__clerk_api_version={API_VERSION}&suffixed_cookies=false&__clerk_hs_reason=client-uat-but-no-session-token&format=nonce"
    )
    assert state.headers == (
        ("location", where),
        ("cache-control", "no-store"),
        ("set-cookie", "__clerk_redirect_count=1; SameSite=Lax; HttpOnly; Max-Age=2"),
        ("x-clerk-auth-status", "handshake"),
        ("x-clerk-auth-reason", "client-uat-but-no-session-token"),
    )
    assert (state.location, state.to_auth()) == (where, None)


@pytest.mark.parametrize(
    ("headers", "method", "sent"),
    [
        ({}, "GET", True),
        ({"sec_fetch_dest": "iframe"}, "GET", True),
        ({"sec_fetch_dest": "empty", "accept": "text/html"}, "GET", False),
        ({"sec_fetch_dest": "", "accept": "text/html,*/*"}, "GET", True),
        ({"sec_fetch_dest": "", "accept": "*/*"}, "GET", False),
        ({"sec_fetch_dest": ""}, "GET", False),
        ({}, "POST", False),
        ({}, "HEAD", False),
    ],
)
def test_only_page_loads_are_redirected(browser: Browser, headers: dict[str, str], method: str, sent: bool) -> None:
    state = browser.get(plain(client_uat=1), method=method, **headers)
    assert isinstance(state, HandshakeState if sent else SignedOutState)
    assert (state.location is not None) is sent
    assert state.reason == "client-uat-but-no-session-token"


def test_stops_redirecting_after_three_times(browser: Browser) -> None:
    for count, sent in (("0", True), ("2", True), ("3", False), ("4", False), ("x", True), ("-1", True)):
        state = browser.get({**plain(client_uat=1), "__clerk_redirect_count": count})
        assert isinstance(state, HandshakeState) is sent


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({}, "https://clerk.shop.test/v1/"),
        ({"proxy_url": "https://shop.test/__clerk/"}, "https://shop.test/__clerk/v1/"),
        ({"proxy_url": "/__clerk", "authorized_parties": ["https://shop.test"]}, "https://shop.test/__clerk/v1/"),
        ({"domain": "other.test"}, "https://clerk.shop.test/v1/"),
        (
            {"domain": "other.test", "is_satellite": True, "sign_in_url": "https://a.test"},
            "https://clerk.other.test/v1/",
        ),
    ],
)
def test_location_of_the_frontend_api(browser: Browser, more: dict[str, Any], base: str) -> None:
    state = browser.get(plain(client_uat=1), options(**more))
    assert (state.location or "").startswith(base + "client/handshake?")


@pytest.mark.parametrize(
    ("headers", "back"),
    [
        ({}, "https://shop.test/a?b=c"),
        ({"host": "pub.test"}, "https://pub.test/a?b=c"),
        ({"x_forwarded_host": "pub.test:8443, inner"}, "https://pub.test:8443/a?b=c"),
        ({"x_forwarded_host": "PUB.test:80", "x_forwarded_proto": "http,https"}, "http://pub.test/a?b=c"),
        ({"x_forwarded_host": "<evil>"}, "https://shop.test/a?b=c"),
        ({"x_forwarded_host": "a@evil.test"}, "https://shop.test/a?b=c"),
        ({"x_forwarded_host": "evil.test/x"}, "https://shop.test/a?b=c"),
        ({"x_forwarded_proto": "javascript"}, "https://shop.test/a?b=c"),
    ],
)
def test_redirect_url_is_the_url_that_the_browser_shows(browser: Browser, headers: dict[str, str], back: str) -> None:
    assert query(browser.get(plain(client_uat=1), **headers))["redirect_url"] == back


def test_handshake_sends_the_expired_token_of_cookie_or_header(browser: Browser) -> None:
    for state in (browser.get(plain(session=EXPIRED, client_uat=1)), browser.get(authorization=f"Bearer {EXPIRED}")):
        assert state.reason == "session-token-expired-refresh-non-eligible-no-refresh-cookie"
        assert query(state)["__session"] == EXPIRED
        assert dict(state.headers)["x-clerk-auth-message"].endswith(("carrier=cookie)", "carrier=header)"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nbf": NOW + 60}, "session-token-nbf"),
        ({"nbf": None, "iat": NOW + 60}, "session-token-iat-in-the-future"),
        ({"sub": None}, "token-verification-failed"),
    ],
)
def test_only_clock_errors_lead_to_a_handshake(browser: Browser, changes: dict[str, Any], reason: str) -> None:
    state = browser.get(plain(session=token(**changes), client_uat=1))
    assert state.reason == reason
    assert isinstance(state, SignedOutState if reason == "token-verification-failed" else HandshakeState)


def test_handshake_in_production_signs_in_without_redirect(browser: Browser) -> None:
    state = browser.get({"__clerk_handshake": handshake_token(SIGN_IN_COOKIES)})
    assert isinstance(state, SignedInState)
    assert state.token == GOOD
    assert state.headers == (
        ("access-control-allow-origin", "null"),
        ("access-control-allow-credentials", "true"),
        ("set-cookie", SIGN_IN_COOKIES[0]),
        ("set-cookie", SIGN_IN_COOKIES[1]),
    )
    assert state.location is None


def test_handshake_in_development_redirects_to_the_cleaned_url(browser: Browser) -> None:
    url = f"http://localhost:3000/a?__clerk_handshake={handshake_token(SIGN_IN_COOKIES)}&__clerk_db_jwt=d&__clerk_help=1&x=1&__clerk_synced=true"
    state = browser.get(wanted=TEST, url=url)
    assert isinstance(state, SignedInState)
    assert state.location == "http://localhost:3000/a?x=1&__clerk_synced=true"
    assert ("cache-control", "no-store") in state.headers


def test_handshake_without_session_signs_out(browser: Browser) -> None:
    for cookies in (["__session=; Path=/; Max-Age=0", "__client_uat=0"], [], "x", [5], None):
        state = browser.get({"__clerk_handshake": handshake_token(cookies)})
        assert (state.status, state.reason) == ("signed-out", "session-token-missing")


@pytest.mark.parametrize(
    "bad",
    [
        handshake_token(SIGN_IN_COOKIES, key="evil"),
        handshake_token(SIGN_IN_COOKIES, category="cl_B7d4PD222AAA"),
        "x",
        forged({"alg": "none"}, {"handshake": SIGN_IN_COOKIES}),
    ],
)
def test_handshake_with_invalid_signature_is_ignored_or_signs_out(browser: Browser, bad: str) -> None:
    """In production the cookies decide, since the token may belong to another application."""
    state = browser.get({"__clerk_handshake": bad, **plain(session=GOOD, client_uat=1)})
    assert state.status == "signed-in"
    assert state.headers == ()
    state = browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={bad}")
    assert isinstance(state, SignedOutState)
    assert state.reason.startswith("token-invalid")


NOT_A_PAGE = [
    {"sec_fetch_dest": "image"},
    {"sec_fetch_dest": "empty", "accept": "text/html"},
    {"sec_fetch_dest": "", "accept": "image/*"},
    {"method": "POST"},
]


@pytest.mark.parametrize("sent", NOT_A_PAGE)
def test_handshake_in_production_signs_out_page_loads_only(browser: Browser, sent: dict[str, str]) -> None:
    cookies = plain(session=GOOD, client_uat=1)
    url = f"https://shop.test/logo.png?__clerk_handshake={handshake_token(SIGN_OUT_COOKIES)}"
    state = browser.get(cookies, url=url, **sent)  # type: ignore[arg-type]
    assert (state.status, state.headers) == ("signed-in", ())
    state = browser.get(cookies, url=url)
    assert [value for name, value in state.headers if name == "set-cookie"] == SIGN_OUT_COOKIES
    # A handshake that signs in works with any request.
    state = browser.get({"__clerk_handshake": handshake_token(SIGN_IN_COOKIES)}, **sent)  # type: ignore[arg-type]
    assert state.status == "signed-in"


@pytest.mark.parametrize("sent", NOT_A_PAGE)
def test_nonce_signs_out_page_loads_only(sent: dict[str, str]) -> None:
    def clerk(received: Any) -> bytes:
        return respond(200, jwks() if received.path == "/jwks" else {"directives": SIGN_OUT_COOKIES})

    with serve(clerk) as server:
        browser = Browser(server)
        cookies = {**plain(session=GOOD, client_uat=1), "__clerk_handshake_nonce": "n"}
        state = browser.get(cookies, **sent)  # type: ignore[arg-type]
        assert (state.status, state.headers) == ("signed-in", ())
        assert browser.get(cookies).reason == "session-token-missing"
        browser.clerk.close()


@pytest.mark.parametrize(
    ("made", "taken"),
    [(None, True), (NOW, True), (NOW - 300, True), (NOW + 60, True), (NOW - 301, False), (NOW - 10**9, False)],
)
@pytest.mark.parametrize("cookies", [SIGN_OUT_COOKIES, SIGN_IN_COOKIES])
def test_handshake_token_expires_after_five_minutes(
    browser: Browser, made: int | None, taken: bool, cookies: list[str]
) -> None:
    handshake = handshake_token(cookies, **({} if made is None else {"iat": made}))
    state = browser.get({**plain(session=GOOD, client_uat=1), "__clerk_handshake": handshake})
    assert (("set-cookie", cookies[0]) in state.headers) is taken
    assert taken or state.status == "signed-in"  # the cookies decide
    state = browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={handshake}")
    assert (("set-cookie", cookies[0]) in state.headers) is taken
    assert taken or state.reason == "token-expired"


def test_cookie_with_line_end_is_dropped(browser: Browser) -> None:
    evil = "x=1\r\nlocation: https://evil.test"
    state = browser.get({"__clerk_handshake": handshake_token([evil, *SIGN_IN_COOKIES])})
    assert [value for name, value in state.headers if name == "set-cookie"] == SIGN_IN_COOKIES


def test_handshake_in_development_tolerates_a_day_of_clock_skew(browser: Browser) -> None:
    hours_old = token(iat=NOW - 7200, nbf=NOW - 7200, exp=NOW - 7000)
    handshake = handshake_token([f"__session={hours_old}"])
    assert browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={handshake}").status == "signed-in"
    assert browser.get({"__clerk_handshake": handshake}).status == "signed-out"
    days_old = handshake_token([f"__session={token(iat=NOW - 200_000, nbf=NOW - 200_000, exp=NOW - 190_000)}"])
    assert browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={days_old}").status == "signed-out"


def test_nonce_is_fetched_and_wins_over_handshake_token() -> None:
    def clerk(received: Any) -> bytes:
        if received.path == "/jwks":
            return respond(200, jwks())
        assert (received.path, received.query) == ("/clients/handshake_payload", [("nonce", "n 1")])
        return respond(200, {"directives": SIGN_IN_COOKIES})

    with serve(clerk) as server:
        browser = Browser(server)
        state = browser.get({"__clerk_handshake_nonce": "n%201", "__clerk_handshake": "x"})
        assert state.status == "signed-in"
        browser.clerk.close()


@pytest.mark.parametrize("fault", [respond(500), [Act.RESET], respond(200, []), respond(200, {"directives": 5})])
def test_nonce_without_result_signs_out(fault: Script) -> None:
    with serve(fault) as server:
        browser = Browser(server)
        assert browser.get({"__clerk_handshake_nonce": "n"}).reason == "session-token-missing"
        browser.clerk.close()
