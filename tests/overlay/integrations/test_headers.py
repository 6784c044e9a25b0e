"""`Vary` and `Cache-Control` of responses."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import HeaderSet

from clerkkit.auth import SessionClaims
from clerkkit.auth.requests.state import SignedInState, SignedOutState
from clerkkit.integrations.shared.response_headers import merge_vary, response_headers
from clerkkit.testing import instance


def claims() -> SessionClaims:
    from clerkkit.auth import verify_token

    return verify_token(instance().session_token(), jwt_key=instance().jwt_key)


@pytest.mark.parametrize(
    ("own", "merged"),
    [
        ([], "Cookie, Authorization"),
        ([""], "Cookie, Authorization"),
        (["Accept"], "Accept, Cookie, Authorization"),
        (["accept,COOKIE", "authorization"], "accept, COOKIE, authorization"),
        (["Cookie"], "Cookie, Authorization"),
        (["*"], "*"),
        (["Accept, *"], "*"),
    ],
)
def test_vary_is_merged(own: list[str], merged: str) -> None:
    assert merge_vary(own) == merged
    if merged != "*":
        expected = HeaderSet([name.strip() for value in own for name in value.split(",") if name.strip()])
        expected.update(["Cookie", "Authorization"])
        assert [name.lower() for name in merged.split(", ")] == [name.lower() for name in expected]


def test_response_with_clerks_cookies_is_not_cached() -> None:
    refreshed = SignedInState(
        claims=claims(), token="t", headers=(("set-cookie", "__session=a"), ("set-cookie", "b=2"))
    )
    own = [("Cache-Control", "public"), ("cache-control", "max-age=9"), ("Vary", "a"), ("Vary", "b"), ("X-Own", "1")]
    assert response_headers(refreshed, own) == [
        ("X-Own", "1"),
        ("set-cookie", "__session=a"),
        ("set-cookie", "b=2"),
        ("cache-control", "private, no-store"),
        ("vary", "a, b, Cookie, Authorization"),
    ]


def test_headers_of_the_application_are_kept() -> None:
    state = SignedOutState(reason="why", headers=(("access-control-allow-origin", "null"),))
    own = [("Access-Control-Allow-Origin", "*"), ("Cache-Control", "max-age=9")]
    assert response_headers(state, own)[:2] == own
    assert ("access-control-allow-origin", "null") not in response_headers(state, own)
