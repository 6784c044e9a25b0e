"""Session tokens verified with `jwt_key`: each check, and their order. PyJWT signs the tokens."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import anyio
import jwt
import pytest

from clerkkit import AsyncClerk, Clerk, ClerkError, InvalidArgument
from clerkkit.auth import TokenRefused, verify_token
from clerkkit.auth.client import AsyncAuth, Auth
from tests.loopback import KEY
from tests.overlay.auth.factories import CATEGORY, ISSUER, NOW, ORIGIN, claims, forged, pem, private, token


def refusal(given: Any, **options: Any) -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        verify_token(given, **{"jwt_key": pem(), "now": NOW, **options})
    return caught.value


def test_claims_equal_those_that_pyjwt_reads() -> None:
    made = token(custom={"deep": [1, 2]})
    found = verify_token(made, jwt_key=pem(), now=NOW, authorized_parties=[ORIGIN])
    judge = jwt.decode(
        made, private().public_key(), ["RS256"], options={"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    )
    assert found.raw == judge == claims(custom={"deep": [1, 2]})
    assert (found.user_id, found.session_id, found.issuer, found.authorized_party) == (
        "user_1",
        "sess_1",
        ISSUER,
        ORIGIN,
    )
    assert (found.issued_at, found.expires_at) == (NOW, NOW + 60)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": NOW - 5}, "token-expired"),
        ({"exp": NOW - 4}, None),
        ({"exp": (NOW + 60) * 1000}, None),
        ({"exp": 10**300}, None),
        ({"exp": None}, "token-verification-failed"),
        ({"exp": True}, "token-verification-failed"),
        ({"exp": "1"}, "token-verification-failed"),
        ({"nbf": NOW + 5}, None),
        ({"nbf": NOW + 6}, "token-not-active-yet"),
        ({"nbf": "soon"}, "token-verification-failed"),
        ({"nbf": None}, None),
        ({"iat": NOW + 5}, None),
        ({"iat": NOW + 6, "nbf": None}, "token-iat-in-the-future"),
        ({"iat": False}, "token-verification-failed"),
        ({"sub": None}, "token-verification-failed"),
        ({"sub": 5}, "token-verification-failed"),
    ],
)
def test_checks_times_and_subject(changes: dict[str, Any], reason: str | None) -> None:
    made = token(**changes)
    if reason is None:
        assert verify_token(made, jwt_key=pem(), now=NOW).user_id == "user_1"
    else:
        assert refusal(made).reason == reason


def test_null_is_not_a_time() -> None:
    made = jwt.PyJWS().encode(b'{"sub":"u","exp":9999999999,"nbf":null}', private(), "RS256", headers={"typ": "JWT"})
    assert refusal(made).detail == "nbf-invalid"


@pytest.mark.parametrize(
    ("skew", "end", "good"), [(0, NOW, False), (0, NOW + 1, True), (60, NOW - 59, True), (60.0, NOW - 60, False)]
)
def test_clock_skew_is_configurable_down_to_zero(skew: float, end: int, good: bool) -> None:
    made = token(exp=end)
    if good:
        assert verify_token(made, jwt_key=pem(), now=NOW, clock_skew=skew)
    else:
        assert refusal(made, clock_skew=skew).reason == "token-expired"


@pytest.mark.parametrize(
    ("azp", "allowed", "detail"),
    [
        (ORIGIN, [ORIGIN], None),
        (ORIGIN, ["", ORIGIN], None),
        (ORIGIN, [], None),
        (None, [], None),
        (ORIGIN, [f"{ORIGIN}:444"], "azp-not-allowed"),
        ("capacitor://localhost", ["capacitor://localhost"], None),
        (None, [ORIGIN], "azp-missing"),
        ("", ["", ORIGIN], "azp-missing"),
        ([ORIGIN], [ORIGIN], "azp-not-allowed"),
    ],
)
def test_checks_authorized_parties(azp: Any, allowed: list[str], detail: str | None) -> None:
    made = token(azp=azp)
    if detail is None:
        assert verify_token(made, jwt_key=pem(), now=NOW, authorized_parties=allowed)
    else:
        error = refusal(made, authorized_parties=allowed)
        assert (error.reason, error.detail) == ("token-invalid-authorized-parties", detail)


@pytest.mark.parametrize(
    ("aud", "allowed", "good"),
    [
        ("a", "a", True),
        ("a", ["b", "a"], True),
        ("a", "b", False),
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        (None, "a", True),
        (["", ""], "a", True),
        ({"a": 1}, "b", True),
        (["a", 5], "b", True),
        ("a", "", True),
    ],
)
def test_checks_audience(aud: Any, allowed: Any, good: bool) -> None:
    made = token(aud=aud)
    if good:
        assert verify_token(made, jwt_key=pem(), now=NOW, audience=allowed)
    else:
        assert refusal(made, audience=allowed).detail == "aud-not-allowed"


def test_checks_issuer_if_given() -> None:
    assert verify_token(token(), jwt_key=pem(), now=NOW, issuer=[ISSUER, "https://other.test"])
    assert refusal(token(), issuer="https://other.test").detail == "iss-not-allowed"
    assert refusal(token(iss=None), issuer=ISSUER).detail == "iss-not-allowed"


@pytest.mark.parametrize(
    ("headers", "wanted", "reason"),
    [
        ({"typ": None}, None, None),
        ({"typ": "JWT"}, None, None),
        ({"typ": "jwt"}, None, "token-invalid"),
        ({"typ": "at+jwt"}, None, "token-invalid"),
        ({"typ": "at+jwt"}, ["at+jwt"], None),
        ({"typ": None}, ["JWT"], "token-invalid"),
        ({"cat": "cl_B7d4PD222AAA"}, None, None),
        ({"cat": None}, None, None),
        ({"cat": "cl_B7d4PD333AAA"}, None, "token-invalid"),
        ({"crit": ["exp"]}, None, "token-invalid"),
        ({"oiat": 5, "anything": {}}, None, None),
        ({"kid": None}, None, None),
    ],
)
def test_checks_the_header(headers: dict[str, Any], wanted: Any, reason: str | None) -> None:
    made = token(headers=headers)
    if reason is None:
        assert verify_token(made, jwt_key=pem(), now=NOW, header_type=wanted)
    else:
        assert refusal(made, header_type=wanted).reason == reason


@pytest.mark.parametrize("algorithm", ["RS384", "RS512"])
def test_key_accepts_only_its_algorithm(algorithm: str) -> None:
    assert refusal(token(algorithm=algorithm)).reason == "token-verification-failed"


def test_signature_is_verified_before_the_claims() -> None:
    assert refusal(token(key="second", exp=1, sub=None)).reason == "token-invalid-signature"


@pytest.mark.parametrize(
    "given",
    ["", "a", "a.b", "a.b.c.d", "..", "a..c", None, 5, b"a.b.c", [], "e30.e30", " e30.e30.x", "e30.e30.x\n", "é.é.é"],
)
def test_rejects_what_is_not_a_token(given: Any) -> None:
    assert refusal(given).reason == "token-invalid"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_names_the_bearer_prefix_of_a_header_passed_as_token(scheme: str) -> None:
    given = f"{scheme} {token()}"

    async def ask() -> None:
        async with AsyncClerk(KEY, base_url="http://127.0.0.1:9") as clerk:
            await clerk.auth.verify_token(given, jwt_key=pem(), now=NOW)

    with Clerk(KEY, base_url="http://127.0.0.1:9") as clerk:
        for verify in (
            lambda: verify_token(given, jwt_key=pem(), now=NOW),
            lambda: clerk.auth.verify_token(given, jwt_key=pem(), now=NOW),
            lambda: anyio.run(ask),
        ):
            with pytest.raises(TokenRefused, match=r"begins with Bearer.* pass only what follows") as caught:
                verify()
            assert caught.value.reason == "token-invalid"
            assert token() not in str(caught.value)


def test_token_has_only_one_spelling() -> None:
    made = token()
    head, payload, signature = made.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other = last[last.index(signature[-1]) ^ 1]  # the same bytes; only surplus bits differ
    assert refusal(f"{head}.{payload}.{signature[:-1]}{other}").reason == "token-invalid"
    assert refusal(f"{head}.{payload}.{signature.replace('-', '+').replace('_', '/')}+").reason == "token-invalid"
    assert verify_token(made + "=" * (-len(signature) % 4), jwt_key=pem(), now=NOW)
    assert refusal(made + "=").reason == "token-invalid"


@pytest.mark.parametrize(
    "payload", [b"null", b"[]", b"5", b'{"sub":NaN}', b"\xff\xfe", b"{", b"[" * 5000, b'{"a":' * 3000]
)
def test_rejects_a_payload_that_is_not_an_object(payload: bytes) -> None:
    assert refusal(jwt.PyJWS().encode(payload, private(), "RS256")).reason == "token-invalid"


# -- keys ----------------------------------------------------------------------------------------------------------


def test_accepts_a_pem_in_all_forms_of_environment_variables() -> None:
    body = "".join(pem().splitlines()[1:-1])
    for text in (pem(), pem().replace("\n", "\r\n"), pem().replace("\n", "\\n"), pem().replace("\n", " "), body):
        assert verify_token(token(), jwt_key=text, now=NOW)


@pytest.mark.parametrize(
    "text", ["jwtKey", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----", pem("short", 1024), "\x00"]
)
def test_rejects_an_invalid_key(text: str) -> None:
    error = refusal(token(), jwt_key=text)
    assert error.reason in ("token-verification-failed", "jwk-local-missing")
    assert "CLERK_JWT_KEY" in str(error)


@pytest.mark.parametrize("text", [None, ""])
def test_rejects_an_empty_key(text: str | None) -> None:
    assert refusal(token(), jwt_key=text).reason == "jwk-failed-to-resolve"


# -- errors --------------------------------------------------------------------------------------------------------


def test_error_says_what_to_do_and_shows_no_token() -> None:
    made = token(exp=NOW - 100)
    error = refusal(made)
    assert isinstance(error, ClerkError)
    assert str(error).endswith("(reason=token-expired)")
    assert "2027-01-15T08:00:00+00:00" in str(error)
    assert made not in repr(error)
    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(copied), copied.reason, copied.hint) == (str(error), error.reason, error.hint)


@pytest.mark.parametrize("evil", ["x\r\nSet-Cookie: a=b", "\x00", "é\u2028\U0001f600", "a" * 5000, "\ud800"])
def test_quoted_claims_cannot_break_a_header(evil: str) -> None:
    for error in (
        refusal(token(azp=evil), authorized_parties=[ORIGIN]),
        refusal(forged({"alg": evil, "typ": "JWT"}, {})),
        refusal(forged({"alg": "RS256", "typ": evil}, {})),
    ):
        assert str(error).isascii()
        assert str(error).isprintable()
        assert len(str(error)) < 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("clock_skew", -1),
        ("clock_skew", float("nan")),
        ("clock_skew", float("inf")),
        ("clock_skew", None),
        ("clock_skew", True),
        ("authorized_parties", ORIGIN),
        ("authorized_parties", [None]),
        ("authorized_parties", 5),
        ("authorized_parties", False),
        ("authorized_parties", {ORIGIN: 1}),
        ("authorized_parties", b"https://a.test"),
        ("authorized_parties", [f"{ORIGIN}/"]),
        ("authorized_parties", [f"{ORIGIN}/path"]),
        ("authorized_parties", [f" {ORIGIN}"]),
        ("authorized_parties", [f"{ORIGIN}:443"]),
        ("authorized_parties", ["https://Shop.test"]),
        ("authorized_parties", ["https://me@shop.test"]),
        ("authorized_parties", ["https://*.shop.test"]),
        ("authorized_parties", ["*"]),
        ("authorized_parties", ["shop.test"]),
        ("authorized_parties", ["localhost:3000"]),
        ("authorized_parties", ["capacitor://localhost/"]),
        ("audience", [""]),
        ("audience", 5),
        ("issuer", 5),
        ("issuer", {"a": 1}),
        ("header_type", 5),
        ("audience", [["a"]]),
        ("issuer", [5]),
    ],
)
def test_invalid_option_is_named(name: str, value: Any) -> None:
    with pytest.raises(InvalidArgument) as caught:
        verify_token(token(), jwt_key=pem(), **{name: value})
    assert caught.value.argument == name


def test_session_category_equals_clerks() -> None:
    assert jwt.get_unverified_header(token())["cat"] == CATEGORY


@pytest.mark.parametrize("function", [verify_token, Auth.verify_token, AsyncAuth.verify_token])
def test_docs_say_that_tokens_of_jwt_templates_are_no_sessions(function: Callable[..., object]) -> None:
    words = " ".join((function.__doc__ or "").split())
    assert words.startswith("Verify a session token or a token of a JWT template")
    assert "does not prove that the user is signed in: it has no `session_id`, and it can outlive the session." in words
