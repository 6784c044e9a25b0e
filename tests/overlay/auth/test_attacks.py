"""Attacks are rejected with a limited number of calls to Clerk. docs/auth.md lists them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from clerkkit import Clerk
from clerkkit.auth import MachineToken, TokenRefused
from tests.loopback import KEY, respond, serve
from tests.overlay.auth.factories import CATEGORY, KID, NOW, claims, forged, jwks, pem, private, publishable_key, token
from tests.overlay.auth.factories import options as auth_options

HEADER = {"alg": "RS256", "typ": "JWT", "kid": KID, "cat": CATEGORY}


def hmac_with(secret: bytes, algorithm: str = "HS256") -> str:
    """Return a token whose HMAC is keyed with the public key."""
    signed = forged({**HEADER, "alg": algorithm}, claims()).rpartition(".")[0]
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def with_payload(**changes: Any) -> str:
    """Return a valid token whose payload was changed after signing."""
    head, _, signature = token().split(".")
    payload = base64.urlsafe_b64encode(json.dumps(claims(**changes)).encode()).rstrip(b"=").decode()
    return f"{head}.{payload}.{signature}"


ATTACKS: dict[str, tuple[Callable[[], str], str, int]] = {
    "no algorithm": (lambda: forged({**HEADER, "alg": "none"}, claims(), b""), "token-invalid-algorithm", 0),
    "no algorithm, in capitals": (lambda: forged({**HEADER, "alg": "None"}, claims()), "token-invalid-algorithm", 0),
    "HMAC with the public key": (lambda: hmac_with(pem().encode()), "token-invalid-algorithm", 0),
    "HMAC with the public key, said to be RS256": (
        lambda: hmac_with(pem().encode(), "RS256"),
        "token-invalid-signature",
        1,
    ),
    "an algorithm that is no string": (
        lambda: forged({**HEADER, "alg": ["RS256"]}, claims()),
        "token-invalid-algorithm",
        0,
    ),
    "an empty signature": (lambda: forged(HEADER, claims(), b""), "token-invalid-signature", 1),
    "a signature of zeros": (lambda: forged(HEADER, claims(), bytes(256)), "token-invalid-signature", 1),
    "the signature of another token": (lambda: with_payload(sub="user_9"), "token-invalid-signature", 1),
    "signed with the attacker's key": (lambda: token(key="evil"), "token-invalid-signature", 1),
    "a key in the token": (
        lambda: token(
            key="evil", headers={"jwk": json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private("evil").public_key()))}
        ),
        "token-invalid-signature",
        1,
    ),
    "a key URL on the attacker's server": (
        lambda: token(key="evil", headers={"jku": "https://evil.test", "x5u": "x"}),
        "token-invalid-signature",
        1,
    ),
    "an unknown key id": (lambda: token(key="evil", headers={"kid": "ins_evil"}), "jwk-kid-mismatch", 1),
    "a key id that is a path": (lambda: token(key="evil", headers={"kid": "../../etc/passwd"}), "jwk-kid-mismatch", 1),
    "no key id": (lambda: token(headers={"kid": None}), "jwk-kid-mismatch", 0),
    "a key id that is no string": (lambda: forged({**HEADER, "kid": {"a": 1}}, claims()), "jwk-kid-mismatch", 0),
    "a machine's token": (lambda: token(headers={"cat": "cl_B7d4PD333AAA"}), "token-invalid", 0),
    "an OAuth access token": (lambda: token(headers={"typ": "at+jwt"}), "token-invalid", 0),
    "a token of 10 MB": (lambda: forged(HEADER, {"sub": "x" * 10_000_000}), "token-invalid", 0),
    "a megabyte of dots": (lambda: "." * 1_000_000, "token-invalid", 0),
    "a payload that is nested deeply": (
        lambda: "e30." + base64.urlsafe_b64encode(b"[" * 9000).decode().rstrip("=") + ".AA",
        "token-invalid",
        0,
    ),
    "a number of 5000 digits": (
        lambda: "e30." + base64.urlsafe_b64encode(b'{"exp":' + b"9" * 5000 + b"}").decode().rstrip("=") + ".AA",
        "token-invalid",
        0,
    ),
    "critical extensions": (lambda: token(headers={"crit": ["exp"], "exp": 1}), "token-invalid", 0),
    "garbage": (lambda: "\x00\ud800;--", "token-invalid", 0),
}
"""For each attack the token, the reason, and the calls to Clerk by a client without keys."""


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_with_limited_calls(name: str) -> None:
    make, reason, calls = ATTACKS[name]
    evil = make()
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        for cache in (True, False, True):
            with pytest.raises(TokenRefused) as caught:
                clerk.auth.verify_token(evil, now=NOW, cache=cache)
            assert caught.value.reason == reason
        assert len(server.requests) == calls
        options = auth_options()
        for headers in ({"authorization": f"Bearer {evil}"}, {"cookie": f"__session={evil}; __client_uat=1"}):
            request = {
                "type": "http",
                "path": "/",
                "headers": [(k.encode(), v.encode("utf-8", "replace")) for k, v in headers.items()],
            }
            state = clerk.auth.authenticate_request(request, options, now=NOW)
            assert state.status == "signed-out"
        assert len(server.requests) <= max(calls, 1)
        assert clerk.auth.verify_token(token(), now=NOW)


@pytest.mark.parametrize(
    "make",
    [lambda n: token(key="evil", headers={"kid": f"ins_{n}"}), lambda n: token(key="evil", jti=str(n))],
    ids=["ids", "signatures"],
)
def test_flood_causes_one_call(make: Callable[[int], str]) -> None:
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        for number in range(300):
            with pytest.raises(TokenRefused):
                clerk.auth.verify_token(make(number), now=NOW)
        assert len(server.requests) == 1
        assert len(clerk.auth._state.verified_tokens) == 0


def test_token_of_another_instance_is_refused() -> None:
    other = token(key="other", iss="https://clerk.other.test")
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        assert clerk.auth.verify_token(token(), now=NOW)
        with pytest.raises(TokenRefused):
            clerk.auth.verify_token(other, now=NOW)


def test_machine_token_is_never_a_session_token() -> None:
    options = auth_options()
    with serve(respond(200, jwks())) as server, Clerk(KEY, base_url=server.url) as clerk:
        for made in (token(sub="mch_1"), token(headers={"typ": "at+jwt"}), token(headers={"cat": "cl_B7d4PD222AAA"})):
            for padded in (made, made + "=" * (-len(made.rpartition(".")[2]) % 4)):
                scope = {"type": "http", "path": "/", "headers": [(b"authorization", f"Bearer {padded}".encode())]}
                state = clerk.auth.authenticate_request(scope, options, now=NOW)
                assert (state.status, state.reason) == ("signed-out", "token-type-mismatch")
    assert server.requests == []


def test_repr_shows_no_secrets() -> None:
    options = auth_options(machine_secret_key="ak_secret", jwt_key=pem())
    with Clerk(KEY) as clerk:
        assert KEY not in repr(clerk.auth)
    assert "ak_secret" not in repr(options)
    assert publishable_key() in repr(options)
    claims = {"email": "ada@example.com"}
    assert "ada@example.com" not in repr(
        MachineToken(token_type="m2m_token", id="", subject="mch_1", scopes=(), claims=claims)
    )
