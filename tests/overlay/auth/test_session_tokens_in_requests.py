"""Session tokens in the `Authorization` header and in cookies, with and without suffix."""

from __future__ import annotations

import pytest

from clerkkit.auth import SessionClaims, SignedInState
from tests.overlay.auth.browser import (
    EXPIRED,
    GOOD,
    LIVE,
    SIGN_IN_COOKIES,
    TEST,
    Browser,
    handshake_token,
    plain,
    query,
    suffixed,
)
from tests.overlay.auth.factories import NOW, options, token


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
def test_session_token_in_authorization_header(browser: Browser, header: str, reason: str | None) -> None:
    state = browser.get(authorization=header)
    assert (state.reason, state.is_authenticated) == (reason, reason is None)


def test_signed_in_state_has_claims_and_no_headers(browser: Browser) -> None:
    state = browser.get(authorization=f"Bearer {GOOD}")
    assert isinstance(state, SignedInState)
    assert isinstance(state.claims, SessionClaims)
    assert (state.headers, state.location, state.token, state.token_type) == ((), None, GOOD, "session_token")
    assert state.to_auth() is state.claims
    assert GOOD not in repr(state)


def test_repr_of_a_state_shows_no_token(browser: Browser) -> None:
    back = browser.get({"__clerk_handshake": handshake_token(SIGN_IN_COOKIES)})
    away = browser.get(plain(session=EXPIRED, client_uat=1))
    for state, secret in ((back, GOOD), (away, EXPIRED)):
        assert secret in str(state.headers)
        assert secret not in repr(state)


def test_pending_session_is_signed_out_by_default(browser: Browser) -> None:
    state = browser.get(authorization=f"Bearer {token(sts='pending')}")
    assert state.status == "signed-in"
    assert state.to_auth() is None
    assert state.to_auth(treat_pending_as_signed_out=False) is not None


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
        # Another site on the domain has its own cookies; the suffix identifies ours.
        (
            {
                **plain(session=token(iss="https://clerk.other.test"), client_uat=1),
                **suffixed(LIVE, session=GOOD, client_uat=1),
            },
            "signed-in",
        ),
        (plain(session=token(iss="https://clerk.other.test"), client_uat=1), "session-token-and-uat-missing"),
        # Of two generations of cookies, the newer one counts.
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
def test_chooses_between_plain_and_suffixed_cookies(browser: Browser, cookies: dict[str, object], outcome: str) -> None:
    state = browser.get(cookies)
    assert outcome == (state.reason or state.status)


def test_in_development_signed_out_plain_cookie_wins_over_expired_suffixed_one(browser: Browser) -> None:
    own = suffixed(TEST, session=EXPIRED, client_uat=1, clerk_db_jwt="suffixed")
    assert (
        browser.get({**own, **plain(client_uat=0, clerk_db_jwt="plain")}, TEST).reason
        == "session-token-and-uat-missing"
    )
    own = suffixed(TEST, session=GOOD, client_uat=1, clerk_db_jwt="suffixed")
    assert browser.get({**own, **plain(client_uat=0, clerk_db_jwt="plain")}, TEST).status == "signed-in"


def test_in_development_expired_suffixed_cookie_wins_over_signed_in_plain_one(browser: Browser) -> None:
    own = suffixed(TEST, session=EXPIRED, client_uat=1, clerk_db_jwt="suffixed")
    state = browser.get({**own, **plain(client_uat=1, clerk_db_jwt="plain")}, TEST)
    assert (query(state)["suffixed_cookies"], query(state)["__clerk_db_jwt"]) == ("true", "suffixed")


def test_first_cookie_of_a_name_counts(browser: Browser) -> None:
    state = browser.get(cookie=f"__client_uat=1; __session={GOOD}; __session=x; __session=")
    assert state.status == "signed-in"


def test_cookie_without_origin_is_refused_if_authorized_parties_is_set(browser: Browser) -> None:
    cookies = plain(session=token(azp=None), client_uat=1)
    assert browser.get(cookies).status == "signed-in"
    state = browser.get(cookies, options(authorized_parties=["https://shop.test"]))
    assert (state.status, state.reason) == ("signed-out", "token-invalid-authorized-parties")
    message = dict(state.headers)["x-clerk-auth-message"]
    assert "names no origin" in message
    assert "add it" not in message  # there is no origin to add


def test_encoded_separator_adds_no_cookie(browser: Browser) -> None:
    assert browser.get(cookie=f"a=b%3B __session%3D{GOOD}; __client_uat=0").reason == "session-token-and-uat-missing"
