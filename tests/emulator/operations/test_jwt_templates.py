"""JWT templates, and their session tokens."""

from __future__ import annotations

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from clerk_emulator import Emulator
from clerk_emulator.domain.sessions.template_claims import render
from clerk_emulator.storage.keys import DEFAULT_HOST
from tests.emulator.api import Api, Json
from tests.emulator.jwts import category, verified

SECRET = "s" * 32


def _template(api: Api, claims: Json, name: str = "custom", **values: Any) -> Json:
    made: Json = api.post("/jwt_templates", {"name": name, "claims": claims, **values})
    return made


def _token(api: Api, user_id: str, template: str = "custom", **body: Any) -> str:
    session = api.post("/sessions", {"user_id": user_id})
    token: str = api.post(f"/sessions/{session['id']}/tokens/{template}", body)["jwt"]
    return token


def test_created_resource_is_returned_by_get_and_list(api: Api) -> None:
    plain = _template(api, {"a": ["{{user.id}}", {"b": None}]})
    assert plain == api.get(f"/jwt_templates/{plain['id']}")
    assert plain["claims"] == {"a": ["{{user.id}}", {"b": None}]}
    defaults = {name: plain[name] for name in ("lifetime", "allowed_clock_skew", "custom_signing_key")}
    assert defaults == {"lifetime": 60, "allowed_clock_skew": 5, "custom_signing_key": False}
    assert plain["signing_algorithm"] == "RS256"
    signed = _template(
        api,
        {},
        "signed",
        lifetime=30,
        allowed_clock_skew=0,
        custom_signing_key=True,
        signing_algorithm="HS256",
        signing_key=SECRET,
    )
    assert signed == api.get(f"/jwt_templates/{signed['id']}")
    assert (signed["lifetime"], signed["allowed_clock_skew"], signed["signing_algorithm"]) == (30, 0, "HS256")
    assert SECRET not in str(signed)
    assert api.get("/jwt_templates") == [signed, plain]
    assert api.get("/jwt_templates", paginated=True, limit=1, offset=1) == {"data": [plain], "total_count": 2}
    for query in ({"limit": 0}, {"limit": 501}, {"offset": -1}):
        problem = api.refused("GET", "/jwt_templates", params=query)
        assert (problem.status, problem.codes) == (422, ["form_param_value_invalid"])


def test_update_changes_only_given_fields(api: Api, emulator: Emulator) -> None:
    made = _template(api, {"a": 1}, lifetime=600)
    emulator.clock.advance(1)
    changed = api.patch(
        f"/jwt_templates/{made['id']}", {"name": "custom", "claims": {"b": 2}, "allowed_clock_skew": 300}
    )
    assert changed == api.get(f"/jwt_templates/{made['id']}")
    differing = {name for name in made if made[name] != changed[name]}
    assert differing == {"claims", "allowed_clock_skew", "updated_at"}


def test_update_can_remove_custom_key(api: Api) -> None:
    own = {"custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": SECRET}
    made = _template(api, {})
    assert api.patch(f"/jwt_templates/{made['id']}", {"name": "x", "claims": {}, **own})["custom_signing_key"] is True
    back = api.patch(f"/jwt_templates/{made['id']}", {"name": "x", "claims": {}, "custom_signing_key": False})
    assert (back["custom_signing_key"], back["signing_algorithm"]) == (False, "RS256")
    verified(api, _token(api, api.user()["id"], "x"))


def test_deleted_template_creates_no_tokens(api: Api) -> None:
    made = _template(api, {})
    assert api.delete(f"/jwt_templates/{made['id']}") == {"object": "jwt_template", "id": made["id"], "deleted": True}
    assert api.get("/jwt_templates") == []
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    problem = api.refused("POST", f"/sessions/{session['id']}/tokens/custom", {})
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_unknown_template_is_404(api: Api, method: str) -> None:
    body = {"name": "n", "claims": {}} if method == "PATCH" else None
    problem = api.refused(method, "/jwt_templates/jtmp_x", body)
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


@pytest.mark.parametrize("claim", ["azp", "exp", "iat", "iss", "jti", "nbf", "sub", "sid", "v", "pla", "fea", "o"])
def test_rejects_reserved_claims(api: Api, claim: str) -> None:
    made = _template(api, {"inside": {claim: 1}})
    for method, path in (("POST", "/jwt_templates"), ("PATCH", f"/jwt_templates/{made['id']}")):
        problem = api.refused(method, path, {"name": "other", "claims": {claim: 1}})
        assert (problem.status, problem.codes, problem.params) == (400, ["jwt_template_reserved_claim"], ["claims"])
    assert api.get("/jwt_templates") == [made]


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({"claims": {}}, "form_param_missing", "name"),
        ({"name": "n"}, "form_param_missing", "claims"),
        ({"name": " ", "claims": {}}, "form_param_nil", "name"),
        ({"name": "taken", "claims": {}}, "form_already_exists", "name"),
        ({"name": "n", "claims": []}, "form_param_type_invalid", "claims"),
        ({"name": "n", "claims": {}, "lifetime": 29}, "form_param_value_invalid", "lifetime"),
        ({"name": "n", "claims": {}, "lifetime": 315360001}, "form_param_value_invalid", "lifetime"),
        ({"name": "n", "claims": {}, "allowed_clock_skew": 301}, "form_param_value_invalid", "allowed_clock_skew"),
        ({"name": "n", "claims": {}, "allowed_clock_skew": -1}, "form_param_value_invalid", "allowed_clock_skew"),
        ({"name": "n", "claims": {}, "nope": 1}, "form_param_unknown", "nope"),
        (
            {"name": "n", "claims": {}, "custom_signing_key": True, "signing_key": SECRET},
            "form_conditional_param_missing",
            "signing_algorithm",
        ),
        (
            {"name": "n", "claims": {}, "custom_signing_key": True, "signing_algorithm": "HS256"},
            "form_conditional_param_missing",
            "signing_key",
        ),
        ({"name": "n", "claims": {}, "signing_key": SECRET}, "form_conditional_param_disallowed", "signing_key"),
        (
            {"name": "n", "claims": {}, "custom_signing_key": True, "signing_algorithm": "none", "signing_key": "x"},
            "form_param_value_invalid",
            "signing_algorithm",
        ),
        (
            {"name": "n", "claims": {}, "custom_signing_key": True, "signing_algorithm": "RS256", "signing_key": "x"},
            "form_param_value_invalid",
            "signing_key",
        ),
        (
            {"name": "n", "claims": {}, "custom_signing_key": True, "signing_algorithm": "HS256", "signing_key": "x"},
            "form_param_value_invalid",
            "signing_key",
        ),
    ],
)
def test_rejects_invalid_template(api: Api, body: Json, code: str, param: str) -> None:
    made = _template(api, {}, "taken")
    other = _template(api, {}, "other")
    for method, path in (("POST", "/jwt_templates"), ("PATCH", f"/jwt_templates/{other['id']}")):
        problem = api.refused(method, path, body)
        assert (problem.status, problem.codes, problem.params) == (422, [code], [param])
    assert api.get("/jwt_templates") == [other, made]


def test_template_token_has_rendered_claims(api: Api, emulator: Emulator) -> None:
    user = api.user(
        email_address=["ada@example.com"],
        first_name="Ada",
        last_name="Lovelace",
        public_metadata={"level": {"n": 7}, "tags": ["a"]},
        unsafe_metadata={"admin": False},
        private_metadata={"secret": "hush"},
    )
    claims = {
        "aud": ["one", "two"],
        "email": "{{user.primary_email_address}}",
        "verified": "{{user.email_verified}}",
        "phone": "{{user.primary_phone_number}}",
        "phone_verified": "{{ user.phone_number_verified }}",
        "level": "{{user.public_metadata.level.n}}",
        "all": "{{user.public_metadata}}",
        "deep": {"list": ["{{user.full_name}}", 1, None]},
        "text": "{{user.first_name}} is {{user.public_metadata.level.n}} ({{user.last_sign_in_at.x}})",
        "fallback": "{{user.external_id || user.unsafe_metadata.admin || 'none'}}",
        "last": "{{user.external_id || user.unsafe_metadata.admin}}",
        "number": "{{user.nothing || 2.5}}",
        "private": "{{user.private_metadata.secret || user.private_metadata}}",
        "org": "{{org.id}}",
        "broken": "{{user.id",
        "odd": "{{ user id }}",
    }
    _template(api, claims, lifetime=600, allowed_clock_skew=20)
    token = _token(api, user["id"])
    held = verified(api, token, audience="two")
    assert category(token) == "cl_B7d4PD222AAA"
    times = {name: held.pop(name) - held["iat"] for name in ("exp", "nbf")}
    assert times == {"exp": 600, "nbf": -20}
    assert abs(held.pop("iat") - emulator.clock.now() // 1000) <= 2
    assert held.pop("jti")
    assert held == {
        "sub": user["id"],
        "iss": f"https://{DEFAULT_HOST}",
        "aud": ["one", "two"],
        "email": "ada@example.com",
        "verified": True,
        "phone": None,
        "phone_verified": False,
        "level": 7,
        "all": {"level": {"n": 7}, "tags": ["a"]},
        "deep": {"list": ["Ada Lovelace", 1, None]},
        "text": "Ada is 7 ()",
        "fallback": "none",
        "last": False,
        "number": 2.5,
        "private": None,
        "org": None,
        "broken": "{{user.id",
        "odd": "{{ user id }}",
    }


def test_claims_contain_primary_identifiers(api: Api) -> None:
    names = {
        "email": "user.primary_email_address",
        "email_verified": "user.email_verified",
        "phone": "user.primary_phone_number",
        "phone_too": "user.primary_phone_address",
        "phone_verified": "user.phone_number_verified",
        "wallet": "user.primary_web3_wallet",
    }
    _template(api, {claim: f"{{{{{name}}}}}" for claim, name in names.items()})

    def claims(user: Json) -> Json:
        held = verified(api, _token(api, user["id"]))
        return {claim: held[claim] for claim in names}

    wallet, phone = "0x" + "ab" * 20, "+15555550100"
    user = api.user(email_address=["a@example.com", "b@example.com"], phone_number=[phone], web3_wallet=[wallet])
    here = {"phone": phone, "phone_too": phone, "phone_verified": True, "wallet": wallet}
    assert claims(user) == {"email": "a@example.com", "email_verified": True, **here}
    second = user["email_addresses"][1]["id"]
    api.patch(f"/users/{user['id']}", {"primary_email_address_id": second})
    assert claims(user)["email"] == "b@example.com"
    # A reserved address does not become the primary one.
    user = api.user(email_address=["c@example.com"], email_address_identification_status=["reserved"])
    nothing = {"phone": None, "phone_too": None, "phone_verified": False, "wallet": None}
    assert claims(user) == {"email": None, "email_verified": False, **nothing}


def test_claims_show_unverified_address(api: Api) -> None:
    user = api.user(email_address=["a@example.com"])
    body = {"email_address": "b@example.com", "identification_status": "unverified"}
    api.put(f"/users/{user['id']}/email_address", body)
    _template(api, {"email": "{{user.primary_email_address}}", "verified": "{{user.email_verified}}"})
    held = verified(api, _token(api, user["id"]))
    assert (held["email"], held["verified"]) == ("b@example.com", False)


def test_token_contains_origin_of_session(api: Api, emulator: Emulator) -> None:
    _template(api, {})
    user = api.user()
    session = verified(api, emulator.sign_in(user["id"], origin="https://app.example.com"))
    token = api.post(f"/sessions/{session['sid']}/tokens/custom", {})["jwt"]
    assert verified(api, token)["azp"] == "https://app.example.com"
    assert "azp" not in verified(api, _token(api, user["id"]))


def test_requested_lifetime_overrides_template(api: Api) -> None:
    _template(api, {}, lifetime=600)
    user = api.user()
    for seconds in (30, 315360000):
        held = verified(api, _token(api, user["id"], expires_in_seconds=seconds))
        assert held["exp"] - held["iat"] == seconds
    held = verified(api, _token(api, user["id"], expires_in_seconds=None))
    assert held["exp"] - held["iat"] == 600
    session = api.post("/sessions", {"user_id": user["id"]})
    for seconds in (29, 315360001):
        problem = api.refused("POST", f"/sessions/{session['id']}/tokens/custom", {"expires_in_seconds": seconds})
        assert (problem.status, problem.params) == (422, ["expires_in_seconds"])


def test_inactive_session_creates_no_tokens(api: Api) -> None:
    _template(api, {})
    session = api.post("/sessions", {"user_id": api.user()["id"]})
    api.post(f"/sessions/{session['id']}/tokens/custom", {})
    api.post(f"/sessions/{session['id']}/revoke")
    assert api.refused("POST", f"/sessions/{session['id']}/tokens/custom", {}).status == 404
    assert api.refused("POST", "/sessions/sess_x/tokens/custom", {}).status == 404


def test_custom_key_signs_token(api: Api) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    user = api.user()
    for name, algorithm, private, public in (
        ("elliptic", "ES256", pem, key.public_key()),
        ("shared", "HS256", SECRET, SECRET),
    ):
        own = {"custom_signing_key": True, "signing_algorithm": algorithm, "signing_key": private}
        _template(api, {"who": "{{user.id}}"}, name, **own)
        token = _token(api, user["id"], name)
        assert jwt.decode(token, public, algorithms=[algorithm])["who"] == user["id"]


def test_organization_shortcodes(api: Api) -> None:
    user = api.user()
    organization = api.post(
        "/organizations", {"name": "Acme", "created_by": user["id"], "public_metadata": {"plan": "gold"}}
    )
    claims = {name: f"{{{{org.{name}}}}}" for name in ("id", "name", "slug", "role", "has_image")}
    _template(api, {**claims, "plan": "{{org.public_metadata.plan}}", "own": "{{org_membership.public_metadata}}"})
    body = {"user_id": user["id"], "active_organization_id": organization["id"]}
    session = api.post("/sessions", body)
    held = verified(api, api.post(f"/sessions/{session['id']}/tokens/custom", {})["jwt"])
    same = {name: organization[name] for name in ("id", "name", "slug")}
    assert {name: held[name] for name in same} == same
    assert (held["role"], held["has_image"], held["plan"], held["own"]) == ("org:admin", False, "gold", {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{a.b}}", [1]),
        ("{{ a.b }}!", "[1]!"),
        ("{{a.missing}}", None),
        ("{{a.b.c}}", None),
        ("{{a.f || a.n || 'x'}}", "x"),
        ("{{a.n || a.f}}", False),
        ("{{a.f || a.n}}", None),
        ("{{a.z || 1}}", 0),
        ("{{a.e || 'x'}}", ""),
        ("{{'it || works'}}", "it || works"),
        ("{{-2}}", -2),
        ("{{true}} {{false}}", "true false"),
        ("{{}}", "{{}}"),
        ("{{a.b |}}", "{{a.b |}}"),
        ("{{a.t}}{{a.t}}", "hihi"),
        ("plain", "plain"),
    ],
)
def test_renders_shortcodes(text: str, value: Any) -> None:
    context = {"a": {"b": [1], "f": False, "n": None, "z": 0, "e": "", "t": "hi"}}
    rendered = render({"claim": [text, 1.5]}, context)
    assert rendered == {"claim": [value, 1.5]}
    assert type(rendered["claim"][0]) is type(value)
