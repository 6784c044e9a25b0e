"""Tokens and webhooks of `clerkkit.testing`, checked with PyJWT and standardwebhooks."""

from __future__ import annotations

import ast
import base64
import json
import subprocess
import sys
import time
from typing import Any

import jwt
import pytest
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from clerkkit import UNSET, InvalidArgument
from clerkkit.testing import FakeInstance, instance, signed_webhook, webhook_secret
from clerkkit.webhooks import WebhookVerificationError, verify_webhook
from tests.generated.random_json import for_all

CLERK = instance()
OTHER = FakeInstance("ins_other", frontend="clerk.other.example")
JWKS = {"keys": [*CLERK.jwks["keys"], *OTHER.jwks["keys"]]}


def verified(token: str, **options: Any) -> dict[str, Any]:
    """Return the claims, verified by PyJWT with the key that the token names."""
    key = jwt.PyJWKSet.from_dict(JWKS)[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, Any] = jwt.decode(token, key, algorithms=["RS256"], **options)
    return claims


def unpacked(claims: dict[str, Any]) -> list[str]:
    """Return the permissions in claims of version 2, as Clerk's SDKs read them."""
    features = [part.split(":") for part in claims["fea"].split(",")] if "fea" in claims else []
    own = [name for scope, name in features if scope in ("o", "ou", "uo")]
    names, masks = (claims["o"][key].split(",") if key in claims["o"] else [] for key in ("per", "fpm"))
    return [
        f"org:{feature}:{name}"
        for feature, mask in zip(own, masks, strict=False)
        for bit, name in enumerate(names)
        if int(mask) & 2**bit
    ]


def test_signs_a_session_token() -> None:
    token = CLERK.session_token("user_1", claims={"azp": "https://app.example", "mine": {"a": [1]}})
    header = jwt.get_unverified_header(token)
    assert header == {"alg": "RS256", "typ": "JWT", "kid": "ins_test", "cat": "cl_B7d4PD111AAA"}
    claims = verified(token, issuer=CLERK.issuer)
    assert claims["exp"] - claims["iat"] == 60
    assert claims["iat"] - claims["nbf"] == 10
    assert abs(claims["iat"] - time.time()) < 60
    assert {name: value for name, value in claims.items() if name not in ("iat", "nbf", "exp", "jti")} == {
        "v": 2,
        "iss": "https://test-instance-1.clerk.accounts.dev",
        "sub": "user_1",
        "sid": "sess_test",
        "sts": "active",
        "fva": [0, -1],
        "azp": "https://app.example",
        "mine": {"a": [1]},
    }


def test_signs_an_organization_in_both_versions() -> None:
    options: dict[str, Any] = {"org_id": "org_1", "org_slug": "acme", "org_role": "org:admin"}
    held = ["org:boards:view", "org:boards:remove", "org:exports:edit"]
    first = verified(CLERK.session_token(version=1, **options, org_permissions=held))
    assert {name: first[name] for name in first if name.startswith("org_")} == {**options, "org_permissions": held}
    assert not first.keys() & {"v", "o", "fea"}
    features = ["o:boards", "u:themes", "ou:exports", "o:audit"]
    second = verified(CLERK.session_token(**options, org_permissions=held, features=features))
    assert second["fea"] == ",".join(features)
    assert second["o"] == {"id": "org_1", "slg": "acme", "rol": "admin", "per": "view,remove,edit", "fpm": "3,4,0"}
    assert unpacked(second) == held


def test_packs_any_permissions() -> None:
    words = st.sampled_from(["boards", "themes", "exports", "sys_x", "a"])
    permissions = st.lists(st.builds("org:{}:{}".format, words, st.sampled_from("abcdefgh")), max_size=12)
    features = st.dictionaries(words, st.sampled_from(["o", "u", "ou", "uo"]))

    def check(given: tuple[list[str], dict[str, str]]) -> None:
        held, plan = given
        listed = [f"{scope}:{name}" for name, scope in plan.items()]
        claims = verified(CLERK.session_token(org_id="org_1", org_permissions=held, features=listed))
        assert sorted(unpacked(claims)) == sorted(set(held))
        assert claims.get("fea", "").split(",")[: len(listed)] == (listed or claims.get("fea", "").split(",")[:0])

    for_all(st.tuples(permissions, features), check, name="permissions", cases=60)


def test_claims_of_an_organization_need_an_organization() -> None:
    for version in (1, 2):
        claims = verified(CLERK.session_token(version=version, org_permissions=["org:a:b"]))  # type: ignore[arg-type]
        assert not [name for name in claims if name.startswith("org_") or name in ("o", "fea")]
    assert verified(CLERK.session_token(features=["u:themes"]))["fea"] == "u:themes"


@pytest.mark.parametrize(
    ("argument", "options"),
    [
        ("org_permissions", {"org_id": "org_1", "org_permissions": ["boards:edit"]}),
        ("org_permissions", {"org_id": "org_1", "org_permissions": ["org:boards"]}),
        ("org_permissions", {"org_id": "org_1", "org_permissions": ["org::edit"]}),
        ("features", {"features": ["boards"]}),
        ("features", {"features": ["x:boards"]}),
        ("features", {"features": ["o:"]}),
        ("features", {"features": ["o:boards"], "version": 1}),
    ],
)
def test_invalid_arguments_are_named(argument: str, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match=f"^{argument}: "):
        CLERK.session_token(**options)


def test_sets_times() -> None:
    with pytest.raises(jwt.ExpiredSignatureError):
        verified(CLERK.session_token(now=1_000_000_000))
    with pytest.raises(jwt.ImmatureSignatureError):
        verified(CLERK.session_token(now=time.time() + 1000))
    claims = verified(CLERK.session_token(now=1_000_000_000.9, lifetime=5), options={"verify_exp": False})
    assert (claims["nbf"], claims["iat"], claims["exp"]) == (999_999_990, 1_000_000_000, 1_000_000_005)


def test_signs_a_machine_token() -> None:
    token = CLERK.m2m_token("mch_1", scopes=["mch_2", "mch_3"], claims={"role": "reader"})
    assert jwt.get_unverified_header(token)["cat"] == "cl_B7d4PD333AAA"
    claims = verified(token, audience="mch_3")
    assert (claims["sub"], claims["scopes"], claims["role"]) == ("mch_1", "mch_2 mch_3", "reader")
    assert claims["jti"].startswith("mt_")
    assert verified(CLERK.m2m_token())["sub"].startswith("mch_")


def test_signs_an_oauth_access_token() -> None:
    token = CLERK.oauth_token("user_1", client_id="client_1", scopes=["email", "profile"])
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "at+jwt"
    assert "cat" not in header
    claims = verified(token)
    assert (claims["sub"], claims["client_id"], claims["scope"]) == ("user_1", "client_1", "email profile")
    assert claims["jti"].startswith("oat_")


@pytest.mark.parametrize("make", [CLERK.session_token, CLERK.m2m_token, CLERK.oauth_token])
def test_claims_and_headers_can_be_overridden(make: Any) -> None:
    token = make(claims={"sub": UNSET, "iss": 5, "exp": "late"}, headers={"kid": UNSET, "typ": None, "x": [1]})
    header, payload, _ = token.split(".")
    head, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload))
    assert "sub" not in claims
    assert (claims["iss"], claims["exp"]) == (5, "late")
    assert "kid" not in head
    assert (head["typ"], head["x"]) == (None, [1])


def test_custom_claims_are_unchanged() -> None:
    token = CLERK.sign({"handshake": ["a=b"]})
    assert verified(token) == {"handshake": ["a=b"]}
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": "ins_test"}


def test_each_instance_has_its_own_key() -> None:
    token = OTHER.session_token(headers={"kid": CLERK.instance_id})
    with pytest.raises(jwt.InvalidSignatureError):
        verified(token)
    assert verified(OTHER.session_token())["iss"] == "https://clerk.other.example"
    assert instance() is CLERK


def test_pem_equals_the_key_in_jwks() -> None:
    token = CLERK.session_token("user_1")
    claims = jwt.decode(token, CLERK.jwt_key, algorithms=["RS256"])
    assert claims["sub"] == "user_1"
    (key,) = CLERK.jwks["keys"]
    assert {name: key[name] for name in ("use", "kty", "alg", "kid", "e")} == {
        "use": "sig",
        "kty": "RSA",
        "alg": "RS256",
        "kid": "ins_test",
        "e": "AQAB",
    }


def test_publishable_key_contains_the_frontend_api() -> None:
    _, kind, encoded = OTHER.publishable_key.split("_")
    assert (kind, base64.b64decode(encoded)) == ("test", b"clerk.other.example$")


@pytest.mark.parametrize("number", [1, 2])
def test_standardwebhooks_accepts_a_signed_webhook(number: int) -> None:
    secrets = [webhook_secret() for _ in range(number)]
    hook = signed_webhook({"type": "user.created", "data": {"id": "user_\xe9"}}, secrets)
    headers = {name.replace("svix-", "webhook-"): value for name, value in hook.headers.items()}
    for secret in secrets:
        output = Webhook(secret).verify(hook.body, headers)
        assert (output["type"], output["data"], output["object"]) == ("user.created", {"id": "user_\xe9"}, "event")
    assert len(hook.headers["svix-signature"].split()) == number
    assert hook.headers["svix-id"].startswith("msg_")
    assert verify_webhook(hook.body, hook.headers, hook.secret)["instance_id"] == "ins_test"


def test_webhook_can_be_customized() -> None:
    event = {"type": "x", "object": None, "timestamp": 1, "instance_id": "ins_mine"}
    hook = signed_webhook(event, webhook_secret(), message_id="msg_1", now=5.9)
    assert json.loads(hook.body) == event
    assert (hook.headers["svix-id"], hook.headers["svix-timestamp"]) == ("msg_1", "5")
    verify_webhook(hook.body, hook.headers, hook.secret, now=5)
    assert signed_webhook(b"\xff").body == b"\xff"
    assert signed_webhook(event).secret != signed_webhook(event).secret
    with pytest.raises(WebhookVerificationError, match="secret-invalid"):
        signed_webhook(event, "whsec_?")


def test_repr_shows_no_secrets() -> None:
    hook = signed_webhook({"type": "x"})
    assert str(hook.secret) not in repr(hook)
    assert "PRIVATE" not in repr(vars(CLERK))


def fresh(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_each_process_creates_its_own_key() -> None:
    assert fresh("from clerkkit.testing import instance; print(instance().jwt_key)") != CLERK.jwt_key.strip()


def test_import_loads_few_modules() -> None:
    loaded = (
        "print([m for m in sys.modules if m.startswith(('clerkkit.webhooks', 'clerkkit.testing', 'cryptography'))])"
    )
    assert ast.literal_eval(fresh(f"import sys, clerkkit; {loaded}")) == []
    kept = ast.literal_eval(
        fresh(f"import sys, clerkkit.webhooks, clerkkit.testing; clerkkit.testing.instance; {loaded}")
    )
    assert not [name for name in kept if name.startswith("cryptography")]
    assert "clerkkit.testing.tokens" in kept


def test_missing_extra_is_named() -> None:
    code = "\n".join(
        [
            "import sys",
            "sys.modules['cryptography'] = None",
            "from clerkkit.testing import instance",
            "made = instance()",
            "for ask in (made.session_token, lambda: made.jwt_key, lambda: made.jwks):",
            "    try: ask()",
            "    except ImportError as error: print(error)",
        ]
    )
    assert fresh(code).splitlines() == ['signing tokens needs cryptography: pip install "clerkkit[auth]"'] * 3


def test_signing_webhooks_needs_no_extra() -> None:
    code = "\n".join(
        [
            "import sys",
            "for name in ('cryptography', 'jwt', 'standardwebhooks', 'pytest'): sys.modules[name] = None",
            "from clerkkit.testing import signed_webhook",
            "from clerkkit.webhooks import verify_webhook",
            "hook = signed_webhook({'type': 'user.created', 'data': {'id': 'user_1'}})",
            "print(verify_webhook(hook.body, hook.headers, hook.secret).data.id)",
        ]
    )
    assert fresh(code) == "user_1"
