"""Requests: cookies with and without suffix, handshakes there and back, refreshed tokens, satellites, organizations."""

from __future__ import annotations

import base64
import inspect
import json
import pydoc
from collections.abc import Mapping
from typing import Any, ForwardRef
from urllib.parse import parse_qsl, urlsplit

import attrs
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_elliptic_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from clerk_bapi import API_VERSION
from clerkkit import Clerk, InvalidArgument
from clerkkit.auth import AuthOptions, HandshakeState, RequestState, SessionClaims, SignedInState, SignedOutState
from clerkkit.auth.requests.options import AuthOptionArguments
from tests.loopback import KEY, Act, Loopback, Script, answer, serve
from tests.overlay.auth.making import CATEGORY, NOW, forged, jwks, options, pem, private, publishable_key, token

LIVE, TEST = options(), options(live=False)
GOOD = token()
EXPIRED = token(iat=NOW - 120, nbf=NOW - 130, exp=NOW - 60)
PAGE = {"sec-fetch-dest": "document"}
PRIVATE = private().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
ELLIPTIC = (
    generate_elliptic_key(SECP256R1())
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)


class Browser:
    """Sends requests to a site that authenticates them with a client of its own, and a Clerk that says what is due."""

    def __init__(self, server: Loopback) -> None:
        self.server = server
        self.clerk = Clerk(KEY, base_url=server.url, max_retries=0)

    def get(
        self,
        cookies: Mapping[str, object] | None = None,
        wanted: AuthOptions = LIVE,
        url: str = "https://shop.test/a?b=c",
        method: str = "GET",
        **headers: str,
    ) -> RequestState:
        sent = {"sec-fetch-dest": "document", **{name.replace("_", "-"): text for name, text in headers.items()}}
        if cookies:
            sent["cookie"] = "; ".join(f"{name}={text}" for name, text in cookies.items())
        sent = {name: text for name, text in sent.items() if text}
        return self.clerk.auth.authenticate_request(httpx.Request(method, url, headers=sent), wanted, now=NOW)


@pytest.fixture
def browser() -> Any:
    with serve(answer(200, jwks())) as server:
        made = Browser(server)
        yield made
        made.clerk.close()


def suffixed(wanted: AuthOptions, **cookies: object) -> dict[str, object]:
    return {f"__{name}_{wanted.instance.suffix}": value for name, value in cookies.items()}


def plain(**cookies: object) -> dict[str, object]:
    return {f"__{name}": value for name, value in cookies.items()}


def query(state: RequestState) -> dict[str, str]:
    assert state.location is not None
    return dict(parse_qsl(urlsplit(state.location).query, keep_blank_values=True))


# -- header --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (f"Bearer {GOOD}", None),
        (f"bearer {GOOD}", None),
        (f"BEARER   {GOOD}  ", None),
        (f"\tBearer\t{GOOD}", None),
        (GOOD, None),
        (f"Bearer {GOOD} more", None),
        ("Bearer", "token-invalid"),
        ("Bearer x", "token-invalid"),
        ("Bearer ak_1", "token-invalid"),
        (f"Basic {GOOD}", "session-token-and-uat-missing"),
        (f"Bearer, {GOOD}", "session-token-and-uat-missing"),
        ("", "session-token-and-uat-missing"),
    ],
)
def test_the_authorization_header(browser: Browser, header: str, reason: str | None) -> None:
    state = browser.get(authorization=header)
    assert (state.reason, state.is_authenticated) == (reason, reason is None)


def test_signed_in_has_claims_and_no_headers(browser: Browser) -> None:
    state = browser.get(authorization=f"Bearer {GOOD}")
    assert isinstance(state, SignedInState)
    assert isinstance(state.claims, SessionClaims)
    assert (state.headers, state.location, state.token, state.token_type) == ((), None, GOOD, "session_token")
    assert state.to_auth() is state.claims
    assert GOOD not in repr(state)


def test_no_session_is_in_the_repr_of_a_state(browser: Browser) -> None:
    back = browser.get({"__clerk_handshake": brought(SET)})
    away = browser.get(plain(session=EXPIRED, client_uat=1))
    for state, secret in ((back, GOOD), (away, EXPIRED)):
        assert secret in str(state.headers)
        assert secret not in repr(state)


def test_a_pending_session_is_nobody_unless_wanted(browser: Browser) -> None:
    state = browser.get(authorization=f"Bearer {token(sts='pending')}")
    assert state.status == "signed-in"
    assert state.to_auth() is None
    assert state.to_auth(treat_pending_as_signed_out=False) is not None


# -- cookies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cookies", "outcome"),
    [
        (plain(session=GOOD, client_uat=1), "signed-in"),
        (suffixed(LIVE, session=GOOD, client_uat=1), "signed-in"),
        (plain(session=f'"{GOOD}"', client_uat='"1"'), "signed-in"),
        (plain(session=GOOD.replace("_", "%5F"), client_uat="1"), "signed-in"),
        (plain(session=GOOD, client_uat=NOW), "signed-in"),
        (plain(session=GOOD, client_uat=NOW + 1), "session-token-iat-before-client-uat"),
        (plain(session=GOOD, client_uat=0), "session-token-but-no-client-uat"),
        (plain(session=GOOD), "session-token-but-no-client-uat"),
        (plain(client_uat=1), "client-uat-but-no-session-token"),
        (plain(session="", client_uat=1), "client-uat-but-no-session-token"),
        (plain(client_uat="no"), "session-token-and-uat-missing"),
        (plain(session="x.y.z", client_uat=1), "token-invalid"),
        (plain(session=token(headers={"cat": "cl_B7d4PD222AAA"}), client_uat=1), "token-type-mismatch"),
        (plain(session=token(sub="mch_1"), client_uat=1), "token-type-mismatch"),
        # A site beside this one on the domain has its own: the suffix tells which is ours.
        (
            {
                **plain(session=token(iss="https://clerk.other.test"), client_uat=1),
                **suffixed(LIVE, session=GOOD, client_uat=1),
            },
            "signed-in",
        ),
        (plain(session=token(iss="https://clerk.other.test"), client_uat=1), "session-token-and-uat-missing"),
        # Of two generations, the one that was written last.
        (
            {
                **plain(session=token(iat=NOW), client_uat=1),
                **suffixed(LIVE, session=token(key="evil", iat=NOW - 1), client_uat=1),
            },
            "signed-in",
        ),
        (
            {
                **plain(session=token(iat=NOW - 2), client_uat=1),
                **suffixed(LIVE, session=token(key="evil", iat=NOW - 1), client_uat=1),
            },
            "token-invalid-signature",
        ),
        ({**plain(session=GOOD, client_uat=1), **suffixed(LIVE, client_uat=0)}, "signed-in"),
        ({**plain(client_uat=0), **suffixed(LIVE, client_uat=0)}, "session-token-and-uat-missing"),
        ({**suffixed(LIVE, session=GOOD), **plain(client_uat=1)}, "client-uat-but-no-session-token"),
    ],
)
def test_which_cookies_count(browser: Browser, cookies: dict[str, object], outcome: str) -> None:
    state = browser.get(cookies)
    assert outcome == (state.reason or state.status)


def test_in_development_a_signed_out_plain_cookie_beats_an_expired_suffixed_one(browser: Browser) -> None:
    own = suffixed(TEST, session=EXPIRED, client_uat=1, clerk_db_jwt="suffixed")
    assert (
        browser.get({**own, **plain(client_uat=0, clerk_db_jwt="plain")}, TEST).reason
        == "session-token-and-uat-missing"
    )
    own = suffixed(TEST, session=GOOD, client_uat=1, clerk_db_jwt="suffixed")
    assert browser.get({**own, **plain(client_uat=0, clerk_db_jwt="plain")}, TEST).status == "signed-in"


def test_in_development_an_expired_suffixed_cookie_counts_where_the_plain_one_is_signed_in(browser: Browser) -> None:
    own = suffixed(TEST, session=EXPIRED, client_uat=1, clerk_db_jwt="suffixed")
    state = browser.get({**own, **plain(client_uat=1, clerk_db_jwt="plain")}, TEST)
    assert (query(state)["suffixed_cookies"], query(state)["__clerk_db_jwt"]) == ("true", "suffixed")


def test_the_first_of_two_cookies_counts(browser: Browser) -> None:
    state = browser.get(cookie=f"__client_uat=1; __session={GOOD}; __session=x; __session=")
    assert state.status == "signed-in"


def test_a_session_cookie_that_names_no_origin_is_signed_out_where_origins_are_set(browser: Browser) -> None:
    cookies = plain(session=token(azp=None), client_uat=1)
    assert browser.get(cookies).status == "signed-in"
    state = browser.get(cookies, options(authorized_parties=["https://shop.test"]))
    assert (state.status, state.reason) == ("signed-out", "token-invalid-authorized-parties")
    message = dict(state.headers)["x-clerk-auth-message"]
    assert "names no origin" in message
    assert "add it" not in message  # there is nothing to add


def test_an_encoded_separator_makes_no_cookie(browser: Browser) -> None:
    assert browser.get(cookie=f"a=b%3B __session%3D{GOOD}; __client_uat=0").reason == "session-token-and-uat-missing"


# -- handshake: there ----------------------------------------------------------------------------------------------


def test_a_handshake_is_a_redirect_with_all_that_clerk_has_to_know(browser: Browser) -> None:
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
def test_only_a_page_is_sent_away(browser: Browser, headers: dict[str, str], method: str, sent: bool) -> None:
    state = browser.get(plain(client_uat=1), method=method, **headers)
    assert isinstance(state, HandshakeState if sent else SignedOutState)
    assert (state.location is not None) is sent
    assert state.reason == "client-uat-but-no-session-token"


def test_redirects_come_to_an_end(browser: Browser) -> None:
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
def test_where_the_frontend_api_is(browser: Browser, more: dict[str, Any], base: str) -> None:
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
def test_where_the_browser_comes_back_to(browser: Browser, headers: dict[str, str], back: str) -> None:
    assert query(browser.get(plain(client_uat=1), **headers))["redirect_url"] == back


def test_an_expired_token_goes_along_from_wherever_it_came(browser: Browser) -> None:
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
def test_other_refusals(browser: Browser, changes: dict[str, Any], reason: str) -> None:
    state = browser.get(plain(session=token(**changes), client_uat=1))
    assert state.reason == reason
    assert isinstance(state, SignedOutState if reason == "token-verification-failed" else HandshakeState)


# -- handshake: back -----------------------------------------------------------------------------------------------

SET = [f"__session={GOOD}; Path=/; Secure; SameSite=Lax", "__client_uat=5; Path=/"]


def brought(cookies: Any, *, category: str | None = CATEGORY, key: str = "first", **more: Any) -> str:
    extra = {"kid": "ins_1", **({"cat": category} if category else {})}
    payload = json.dumps({"handshake": cookies, **more}).encode()
    return jwt.PyJWS().encode(payload, private(key), "RS256", headers=extra)


def test_back_in_production_the_page_is_shown_at_once(browser: Browser) -> None:
    state = browser.get({"__clerk_handshake": brought(SET)})
    assert isinstance(state, SignedInState)
    assert state.token == GOOD
    assert state.headers == (
        ("access-control-allow-origin", "null"),
        ("access-control-allow-credentials", "true"),
        ("set-cookie", SET[0]),
        ("set-cookie", SET[1]),
    )
    assert state.location is None


def test_back_in_development_the_url_is_cleaned(browser: Browser) -> None:
    url = f"http://localhost:3000/a?__clerk_handshake={brought(SET)}&__clerk_db_jwt=d&__clerk_help=1&x=1&__clerk_synced=true"
    state = browser.get(wanted=TEST, url=url)
    assert isinstance(state, SignedInState)
    assert state.location == "http://localhost:3000/a?x=1&__clerk_synced=true"
    assert ("cache-control", "no-store") in state.headers


def test_back_signed_out(browser: Browser) -> None:
    for cookies in (["__session=; Path=/; Max-Age=0", "__client_uat=0"], [], "x", [5], None):
        state = browser.get({"__clerk_handshake": brought(cookies)})
        assert (state.status, state.reason) == ("signed-out", "session-token-missing")


@pytest.mark.parametrize(
    "bad",
    [
        brought(SET, key="evil"),
        brought(SET, category="cl_B7d4PD222AAA"),
        "x",
        forged({"alg": "none"}, {"handshake": SET}),
    ],
)
def test_a_handshake_that_nobody_signed(browser: Browser, bad: str) -> None:
    """In production the cookies decide, since it may be that of another app; in development it would come again."""
    state = browser.get({"__clerk_handshake": bad, **plain(session=GOOD, client_uat=1)})
    assert state.status == "signed-in"
    assert state.headers == ()
    state = browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={bad}")
    assert isinstance(state, SignedOutState)
    assert state.reason.startswith("token-invalid")


OUT = ["__session=; Path=/; Max-Age=0", "__client_uat=0"]
NOT_A_PAGE = [
    {"sec_fetch_dest": "image"},
    {"sec_fetch_dest": "empty", "accept": "text/html"},
    {"sec_fetch_dest": "", "accept": "image/*"},
    {"method": "POST"},
]


@pytest.mark.parametrize("sent", NOT_A_PAGE)
def test_in_production_only_a_page_load_is_signed_out_by_a_handshake(browser: Browser, sent: dict[str, str]) -> None:
    cookies = plain(session=GOOD, client_uat=1)
    url = f"https://shop.test/logo.png?__clerk_handshake={brought(OUT)}"
    state = browser.get(cookies, url=url, **sent)  # type: ignore[arg-type]
    assert (state.status, state.headers) == ("signed-in", ())
    state = browser.get(cookies, url=url)
    assert [value for name, value in state.headers if name == "set-cookie"] == OUT
    # What signs in may come with anything: it is a session that Clerk has made.
    state = browser.get({"__clerk_handshake": brought(SET)}, **sent)  # type: ignore[arg-type]
    assert state.status == "signed-in"


@pytest.mark.parametrize("sent", NOT_A_PAGE)
def test_a_nonce_signs_out_a_page_load_alone(sent: dict[str, str]) -> None:
    def clerk(received: Any) -> bytes:
        return answer(200, jwks() if received.path == "/jwks" else {"directives": OUT})

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
@pytest.mark.parametrize("cookies", [OUT, SET])
def test_a_handshake_token_is_good_for_five_minutes(
    browser: Browser, made: int | None, taken: bool, cookies: list[str]
) -> None:
    handshake = brought(cookies, **({} if made is None else {"iat": made}))
    state = browser.get({**plain(session=GOOD, client_uat=1), "__clerk_handshake": handshake})
    assert (("set-cookie", cookies[0]) in state.headers) is taken
    assert taken or state.status == "signed-in"  # the cookies decide
    state = browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={handshake}")
    assert (("set-cookie", cookies[0]) in state.headers) is taken
    assert taken or state.reason == "token-expired"


def test_a_line_end_in_a_cookie_makes_no_header(browser: Browser) -> None:
    evil = "x=1\r\nlocation: https://evil.test"
    state = browser.get({"__clerk_handshake": brought([evil, *SET])})
    assert [value for name, value in state.headers if name == "set-cookie"] == SET


def test_a_clock_that_is_hours_wrong_is_forgiven_once_in_development(browser: Browser) -> None:
    hours_old = token(iat=NOW - 7200, nbf=NOW - 7200, exp=NOW - 7000)
    handshake = brought([f"__session={hours_old}"])
    assert browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={handshake}").status == "signed-in"
    assert browser.get({"__clerk_handshake": handshake}).status == "signed-out"
    days_old = brought([f"__session={token(iat=NOW - 200_000, nbf=NOW - 200_000, exp=NOW - 190_000)}"])
    assert browser.get(wanted=TEST, url=f"http://localhost/?__clerk_handshake={days_old}").status == "signed-out"


def test_a_nonce_is_fetched_and_wins() -> None:
    def clerk(received: Any) -> bytes:
        if received.path == "/jwks":
            return answer(200, jwks())
        assert (received.path, received.query) == ("/clients/handshake_payload", [("nonce", "n 1")])
        return answer(200, {"directives": SET})

    with serve(clerk) as server:
        browser = Browser(server)
        state = browser.get({"__clerk_handshake_nonce": "n%201", "__clerk_handshake": "x"})
        assert state.status == "signed-in"
        browser.clerk.close()


@pytest.mark.parametrize("fault", [answer(500), [Act.RESET], answer(200, []), answer(200, {"directives": 5})])
def test_a_nonce_that_brings_nothing(fault: Script) -> None:
    with serve(fault) as server:
        browser = Browser(server)
        assert browser.get({"__clerk_handshake_nonce": "n"}).reason == "session-token-missing"
        browser.clerk.close()


# -- refresh -------------------------------------------------------------------------------------------------------


def refreshing(said: Script, cookies: Mapping[str, object], **more: Any) -> tuple[RequestState, list[Any]]:
    def clerk(received: Any) -> Any:
        if received.path == "/jwks":
            return answer(200, jwks())
        return said(received) if callable(said) else said

    with serve(clerk) as server:
        browser = Browser(server)
        state = browser.get(cookies, **more)
        browser.clerk.close()
    return state, [received for received in server.requests if received.path != "/jwks"]


OLD = {**plain(session=EXPIRED, client_uat=1), **suffixed(LIVE, refresh="r")}


def test_an_expired_token_is_refreshed() -> None:
    state, asked = refreshing(answer(200, {"object": "cookies", "cookies": SET}), OLD)
    assert isinstance(state, SignedInState)
    assert (state.token, state.headers) == (GOOD, (("set-cookie", SET[0]), ("set-cookie", SET[1])))
    (request,) = asked
    assert (request.method, request.target) == ("POST", "/sessions/sess_1/refresh")
    body = request.json()
    assert body["expired_token"] == EXPIRED
    assert (body["refresh_token"], body["format"], body["request_origin"]) == ("r", "cookie", "https://shop.test")
    assert body["request_headers"]["sec-fetch-dest"] == ["document"]


def test_a_suffixed_token_is_refreshed_as_such() -> None:
    state, asked = refreshing(
        answer(200, {"object": "cookies", "cookies": SET}), suffixed(LIVE, session=EXPIRED, client_uat=1, refresh="r")
    )
    assert state.status == "signed-in"
    assert asked[0].query == [("suffixed_cookies", "true")]


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ([Act.RESET], "fetch-error"),
        (answer(401, {"errors": [{"code": "refresh_token_expired"}]}), "refresh_token_expired"),
        (answer(401, {"errors": [{"code": "a b\r\n"}]}), "unexpected-bapi-error"),
        (answer(500, b"no"), "unexpected-bapi-error"),
        (answer(200, {"object": "cookies", "cookies": []}), "unexpected-sdk-error"),
        (answer(200, {"object": "cookies", "cookies": [f"__session={token(key='evil')}"]}), "invalid-session-token"),
        (answer(200, {"object": "cookies", "cookies": ["__session="]}), "invalid-session-token"),
    ],
)
def test_a_refresh_that_fails_ends_in_a_handshake(said: Script, cause: str) -> None:
    state, _ = refreshing(said, OLD)
    assert isinstance(state, HandshakeState)
    assert state.reason == f"session-token-expired-refresh-{cause}"


def test_what_is_not_refreshed() -> None:
    state, asked = refreshing(answer(500), OLD, method="POST")
    assert (state.reason, asked) == ("session-token-expired-refresh-non-eligible-non-get", [])
    without = {**OLD, "__session": token(sid=None, exp=NOW - 60)}
    state, asked = refreshing(answer(500), without)
    assert (state.reason, asked) == ("session-token-expired-refresh-expired-session-token-missing-sid-claim", [])


# -- development, satellites, other origins ------------------------------------------------------------------------


def test_development_needs_a_browser_token(browser: Browser) -> None:
    assert browser.get(plain(session=GOOD, client_uat=1), TEST).reason == "dev-browser-missing"
    known = plain(session=GOOD, client_uat=1, clerk_db_jwt="d")
    assert browser.get(known, TEST).status == "signed-in"
    state = browser.get(known, TEST, url="http://localhost/?__clerk_db_jwt=e")
    assert state.reason == "dev-browser-sync"
    assert query(state)["__clerk_db_jwt"] == "e"


def test_a_primary_gives_a_satellite_what_it_asks_for(browser: Browser) -> None:
    back = "http%3A%2F%2Fsat.test%2Fp%3F__clerk_synced%3Dfalse%26x%3D1"
    state = browser.get(plain(clerk_db_jwt="d"), TEST, url=f"http://localhost/sign-in?__clerk_redirect_url={back}")
    assert (state.reason, state.location) == (
        "primary-responds-to-syncing",
        "http://sat.test/p?__clerk_synced=true&x=1&__clerk_db_jwt=d",
    )
    for evil in ("javascript:alert(1)", "//evil.test", "http://a@evil.test"):
        assert (
            browser.get(plain(clerk_db_jwt="d"), TEST, url=f"http://localhost/?__clerk_redirect_url={evil}").location
            is None
        )


@pytest.mark.parametrize(
    ("live", "auto", "url", "reason", "location"),
    [
        (True, False, "https://sat.test/", "session-token-and-uat-missing", None),
        (True, True, "https://sat.test/", "satellite-needs-syncing", "https://clerk.sat.test/v1/client/handshake?"),
        (True, True, "https://sat.test/?__clerk_synced=true", "session-token-and-uat-missing", None),
        (True, False, "https://sat.test/?__clerk_synced=false", "satellite-needs-syncing", "https://clerk.sat.test/"),
        (
            False,
            True,
            "https://sat.test/",
            "satellite-needs-syncing",
            "https://shop.test/in?a=b&__clerk_redirect_url=https%3A%2F%2Fsat.test%2F",
        ),
    ],
)
def test_satellites(browser: Browser, live: bool, auto: bool, url: str, reason: str, location: str | None) -> None:
    wanted = options(
        live=live,
        is_satellite=True,
        domain="sat.test",
        satellite_auto_sync=auto,
        sign_in_url="https://shop.test/in?a=b",
    )
    state = browser.get(wanted=wanted, url=url)
    assert state.reason == reason
    assert (state.location or "").startswith(location or "")
    assert (state.location is None) is (location is None)


@pytest.mark.parametrize(
    ("referer", "sent"),
    [
        ("https://sat.test/", True),
        ("https://shop.test/b", False),
        ("https://shop.test:444/b", True),
        ("https://clerk.shop.test/x", False),
        ("https://accounts.shop.test/x", False),
        ("https://accounts.evil.test/x", True),
        ("https://happy-cat-1.accounts.dev/x", True),
        ("nonsense", False),
        ("", False),
    ],
)
def test_a_page_from_elsewhere_asks_clerk_first(browser: Browser, referer: str, sent: bool) -> None:
    state = browser.get(plain(session=GOOD, client_uat=1), referer=referer)
    assert state.status == ("handshake" if sent else "signed-in")
    if sent:
        assert state.reason == "primary-domain-cross-origin-sync"
        assert (
            browser.get({**plain(session=GOOD, client_uat=1), "__clerk_redirect_count": 1}, referer=referer).status
            == "signed-in"
        )
        assert (
            browser.get(plain(session=GOOD, client_uat=1), referer=referer, sec_fetch_dest="iframe").status
            == "signed-in"
        )


@pytest.mark.parametrize(
    ("referer", "sent"),
    [
        ("https://happy-cat-1.accounts.dev/x", False),
        ("https://a.clerk.accounts.dev/", True),
        ("https://accounts.a.lcl.dev/", False),
    ],
)
def test_the_account_portals_of_development(browser: Browser, referer: str, sent: bool) -> None:
    state = browser.get(plain(session=GOOD, client_uat=1, clerk_db_jwt="d"), TEST, referer=referer)
    assert state.status == ("handshake" if sent else "signed-in")


# -- organizations -------------------------------------------------------------------------------------------------

IN = {"org_id": "org_1", "org_slug": "engines"}
PATTERNS = options(
    organization_patterns=["/orgs/:slug", "/orgs/:slug/(.*)", "/o/:id/x"], personal_account_patterns=["/me", "/me/(.*)"]
)


@pytest.mark.parametrize(
    ("path", "claims", "asked"),
    [
        ("/orgs/engines", IN, None),
        ("/ORGS/engines/", IN, None),
        ("/orgs/engines/a/b", IN, None),
        ("/orgs/other", IN, "other"),
        ("/orgs/other/a", {}, "other"),
        ("/orgs", IN, None),
        ("/o/org_1/x", IN, None),
        ("/o/org_2/x", IN, "org_2"),
        ("/o/org_2", IN, None),
        ("/me", IN, ""),
        ("/me/x", IN, ""),
        ("/me", {}, None),
        ("/else", IN, None),
        ("/orgs/other", {**IN, "sts": "pending"}, None),
    ],
)
def test_a_url_can_ask_for_an_organization(
    browser: Browser, path: str, claims: dict[str, Any], asked: str | None
) -> None:
    cookies = plain(session=token(**claims), client_uat=1)
    state = browser.get(cookies, PATTERNS, url=f"https://shop.test{path}")
    if asked is None:
        assert state.status == "signed-in"
        return
    assert state.reason == "active-organization-mismatch"
    assert query(state)["organization_id"] == asked
    for more in ({"cookies": {**cookies, "__clerk_redirect_count": 3}}, {"cookies": cookies, "method": "POST"}):
        assert browser.get(wanted=PATTERNS, url=f"https://shop.test{path}", **more).status == "signed-in"  # type: ignore[arg-type]


# -- options -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "argument"),
    [
        ({"publishable_key": None}, "publishable_key"),
        ({"publishable_key": "pk_live_"}, "publishable_key"),
        ({"publishable_key": "sk_live_Y2xlcmsuYS5iJA"}, "publishable_key"),
        ({"publishable_key": publishable_key(host="no$dollar.test")}, "publishable_key"),
        ({"publishable_key": publishable_key(host="nodot")}, "publishable_key"),
        ({"accepts_token": "x"}, "accepts_token"),
        ({"accepts_token": []}, "accepts_token"),
        ({"accepts_token": ["any"]}, "accepts_token"),
        ({"publishable_key": 5}, "publishable_key"),
        ({"publishable_key": KEY}, "publishable_key"),
        ({"publishable_key": f"'{publishable_key()}'"}, "publishable_key"),
        ({"publishable_key": f"{publishable_key()}\n"}, "publishable_key"),
        ({"accepts_token": 5}, "accepts_token"),
        ({"is_satellite": True}, "domain"),
        ({"domain": "https://satellite.dev"}, "domain"),
        ({"domain": "satellite.dev/"}, "domain"),
        ({"domain": "me@satellite.dev"}, "domain"),
        ({"domain": "'satellite.dev'"}, "domain"),
        ({"domain": 5}, "domain"),
        ({"proxy_url": "ftp://x"}, "proxy_url"),
        ({"proxy_url": "shop.test/__clerk"}, "proxy_url"),
        ({"proxy_url": "https://shop.test/__clerk?a=b"}, "proxy_url"),
        ({"proxy_url": "https://shop.test/__clerk#a"}, "proxy_url"),
        ({"proxy_url": "https://me@shop.test/"}, "proxy_url"),
        ({"proxy_url": "/__clerk"}, "proxy_url"),
        ({"proxy_url": "/__clerk", "authorized_parties": ["capacitor://localhost"]}, "proxy_url"),
        ({"proxy_url": "//evil.test", "authorized_parties": ["https://shop.test"]}, "proxy_url"),
        ({"proxy_url": "/\r\nx: y", "authorized_parties": ["https://shop.test"]}, "proxy_url"),
        ({"sign_in_url": "javascript:alert(1)"}, "sign_in_url"),
        ({"sign_in_url": "//evil.test"}, "sign_in_url"),
        ({"sign_in_url": "sign-in"}, "sign_in_url"),
        ({"jwt_key": "k"}, "jwt_key"),
        ({"jwt_key": 5}, "jwt_key"),
        ({"jwt_key": f'"{pem()}"'}, "jwt_key"),
        ({"jwt_key": f"'{pem().strip()}'"}, "jwt_key"),
        ({"jwt_key": base64.b64encode(pem().encode()).decode()}, "jwt_key"),
        ({"jwt_key": base64.encodebytes(pem().encode()).decode()}, "jwt_key"),
        ({"jwt_key": KEY}, "jwt_key"),
        ({"jwt_key": publishable_key()}, "jwt_key"),
        ({"jwt_key": pem(bits=1024)}, "jwt_key"),
        ({"jwt_key": PRIVATE}, "jwt_key"),
        ({"jwt_key": ELLIPTIC}, "jwt_key"),
        ({"machine_secret_key": KEY}, "machine_secret_key"),
        ({"machine_secret_key": "ak_1\n"}, "machine_secret_key"),
        ({"machine_secret_key": 5}, "machine_secret_key"),
        ({"authorized_parties": ["https://a.test/"]}, "authorized_parties"),
        ({"audience": 5}, "audience"),
        ({"issuer": [5]}, "issuer"),
        ({"is_satellite": "false", "domain": "a.test"}, "is_satellite"),
        ({"satellite_auto_sync": 1}, "satellite_auto_sync"),
        ({"cache": None}, "cache"),
        ({"trust_forwarded_host": "no"}, "trust_forwarded_host"),
        ({"is_satellite": True, "domain": "a.test", "sign_in_url": "/sign-in"}, "sign_in_url"),
        ({"authorized_parties": "https://a.test"}, "authorized_parties"),
        ({"clock_skew": -1}, "clock_skew"),
        ({"organization_patterns": ["/a/{x}"]}, "organization_patterns"),
        ({"organization_patterns": ["a"]}, "organization_patterns"),
        ({"organization_patterns": [5]}, "organization_patterns"),
        ({"organization_patterns": 5}, "organization_patterns"),
        ({"organization_patterns": ["/:id/:id"]}, "organization_patterns"),
        ({"personal_account_patterns": "/me"}, "personal_account_patterns"),
    ],
)
def test_options_that_make_no_sense(given: dict[str, Any], argument: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        options(**given)
    assert caught.value.argument == argument
    for secret in (KEY, publishable_key(), pem()[40:80], PRIVATE[40:80]):
        assert secret not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        {"domain": "localhost:3001"},
        {"proxy_url": "https://shop.test/__clerk/"},
        {"proxy_url": "http://localhost:3000/__clerk"},
        {"proxy_url": "/__clerk", "authorized_parties": ["https://shop.test"]},
        {"sign_in_url": "/sign-in?a=b#c"},
        {"sign_in_url": "https://accounts.shop.test/sign-in"},
        {"jwt_key": pem()},
        {"jwt_key": pem().replace("\n", "\\n")},  # as environment files have it
        {"jwt_key": pem().replace("\n", "\r\n")},
        {"jwt_key": "".join(pem().split("\n")[1:-2])},
        {"machine_secret_key": "ak_1"},
        {"authorized_parties": {"http://localhost:3000", "http://[::1]:3000", "chrome-extension://abc"}},
        {"audience": "a", "issuer": ("b", "c")},
    ],
)
def test_options_that_make_sense(given: dict[str, Any]) -> None:
    assert options(**given)


def test_a_satellite_in_development_needs_to_know_where_to_sign_in(browser: Browser) -> None:
    with pytest.raises(InvalidArgument, match="sign_in_url"):
        browser.get(wanted=options(live=False, is_satellite=True, domain="sat.test"))


def test_options_from_the_environment() -> None:
    found = AuthOptions.from_environment(
        {
            "CLERK_PUBLISHABLE_KEY": publishable_key(),
            "CLERK_IS_SATELLITE": "True",
            "CLERK_DOMAIN": "sat.test",
            "CLERK_JWT_KEY": "k",
            "X": "y",
        },
        jwt_key=pem(),
    )
    assert (found.publishable_key, found.is_satellite, found.domain, found.jwt_key) == (
        publishable_key(),
        True,
        "sat.test",
        pem(),
    )


def test_options_from_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERK_PUBLISHABLE_KEY", publishable_key())
    monkeypatch.setenv("CLERK_DOMAIN", "sat.test")
    assert AuthOptions.from_environment().domain == "sat.test"
    assert AuthOptions.from_environment({}, publishable_key=publishable_key()).domain == ""


def test_the_signature_shows_no_variable_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_MINE", "hunter2")
    assert "hunter2" not in str(inspect.signature(AuthOptions.from_environment))
    assert "hunter2" not in pydoc.render_doc(AuthOptions)


def test_an_option_that_there_is_not_is_refused_by_name() -> None:
    with pytest.raises(InvalidArgument, match="did you mean authorized_parties") as caught:
        AuthOptions.from_environment({}, authorised_parties=["https://a.test"])  # type: ignore[arg-type]
    assert caught.value.argument == "authorised_parties"


def test_the_arguments_are_typed_as_the_options_are() -> None:
    fields = {field.name: field.type for field in attrs.fields(AuthOptions)}
    assert dict(AuthOptionArguments.__annotations__) == {
        name: ForwardRef(annotation, module="clerkkit.auth.requests.options") for name, annotation in fields.items()
    }


@pytest.mark.parametrize(
    ("key", "suffix"),
    [
        ("pk_live_Y2xlcmsuY2xlcmsuZGV2JA", "1Z8AzTQD"),
        ("pk_test_Y2xlcmsuY2xlcmsuZGV2JA", "QvfNY2dr"),
        ("pk_test_Y2xlcmsuaW5zcGlyZWQucHVtYS03NC5sY2wuZGV2JA", "vWCgMp3A"),
    ],
)
def test_the_suffix_of_cookies(key: str, suffix: str) -> None:
    assert AuthOptions(publishable_key=key).instance.suffix == suffix
