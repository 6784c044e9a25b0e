"""`clerkkit.auth` accepts the tokens of `clerkkit.testing`, by PEM and by JWKS."""

from __future__ import annotations

import pytest

from clerkkit import Clerk
from clerkkit.auth import TokenRefused, verify_token
from clerkkit.testing import FakeInstance, instance
from tests.loopback import KEY, respond, serve

CLERK = instance()
HELD = ("org:boards:view", "org:boards:edit", "org:exports:edit")


@pytest.mark.parametrize("version", [1, 2])
def test_get_auth_returns_a_session(version: int) -> None:
    token = CLERK.session_token(
        "user_1",
        version=version,  # type: ignore[arg-type]
        org_id="org_1",
        org_slug="acme",
        org_role="org:admin",
        org_permissions=HELD,
        claims={"azp": "https://app.example", "act": {"sub": "user_2"}},
    )
    claims = verify_token(token, jwt_key=CLERK.jwt_key, authorized_parties=["https://app.example"])
    assert (claims.user_id, claims.session_id, claims.status) == ("user_1", "sess_test", "active")
    assert (claims.org_id, claims.org_slug, claims.org_role) == ("org_1", "acme", "org:admin")
    assert claims.org_permissions == HELD
    assert claims.actor == {"sub": "user_2"}
    assert claims.has(role="admin", permission="boards:edit")


def test_signs_features_and_a_plan() -> None:
    claims = verify_token(
        CLERK.session_token(features=["u:themes", "o:boards"], claims={"pla": "u:pro"}), jwt_key=CLERK.jwt_key
    )
    assert claims.has(feature="u:themes", plan="pro")
    assert not claims.has(feature="u:boards")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (CLERK.session_token(now=0), "token-expired"),
        (CLERK.session_token(now=4_000_000_000), "token-not-active-yet"),
        (CLERK.session_token(claims={"nbf": 0}, now=4_000_000_000), "token-iat-in-the-future"),
        (CLERK.m2m_token(), "token-invalid"),
        (CLERK.session_token(headers={"alg": "none"}), "token-invalid-algorithm"),
        (FakeInstance().session_token(), "token-invalid-signature"),
    ],
)
def test_tokens_made_to_be_refused_are_refused(token: str, reason: str) -> None:
    with pytest.raises(TokenRefused) as caught:
        verify_token(token, jwt_key=CLERK.jwt_key)
    assert caught.value.reason == reason


def test_jwks_has_the_form_of_clerks() -> None:
    other = FakeInstance("ins_other")
    keys = {"keys": [*other.jwks["keys"], *CLERK.jwks["keys"]]}
    with serve(respond(200, keys)) as server, Clerk(KEY, base_url=server.url) as clerk:
        for made in (CLERK, other):
            assert clerk.auth.verify_token(made.session_token("user_1")).user_id == "user_1"
        machine = clerk.auth.verify_machine_token(CLERK.m2m_token("mch_1", scopes=["mch_2"], claims={"a": 1}))
        assert (machine.machine_id, machine.scopes) == ("mch_1", ("mch_2",))
        assert machine.claims == {"aud": ["mch_2"], "scopes": "mch_2", "a": 1}
        oauth = clerk.auth.verify_machine_token(other.oauth_token("user_1", client_id="c", scopes=["email", "profile"]))
        assert (oauth.user_id, oauth.client_id, oauth.scopes) == ("user_1", "c", ("email", "profile"))
    assert [request.path for request in server.requests] == ["/jwks"]
