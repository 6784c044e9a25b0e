"""Requests that the authorization server rejects, each with the error that the standards name."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.oauth_application import CALLBACK, Application, Register, answer_in, consent

STATE = "state-of-12-"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.fixture
def signed_in(ada: Json, browser: Browser) -> Browser:
    browser.sign_in("ada@example.com", PASSWORD)
    return browser


@pytest.fixture
def application(register: Register) -> Application:
    return register(consent_screen_enabled=False)


def authorize(browser: Browser, application: Application, **parameters: str | None) -> httpx.Response:
    """Send a valid request, except for these parameters; None leaves one out."""
    valid = {"response_type": "code", "client_id": application.id, "redirect_uri": CALLBACK, "state": STATE}
    sent = {name: value for name, value in {**valid, **parameters}.items() if value is not None}
    return browser.send("GET", "//oauth/authorize", sent)


def code_for(browser: Browser, application: Application, **parameters: str | None) -> str:
    code: str = answer_in(authorize(browser, application, **parameters))["code"]
    return code


def post(emulator: Emulator, path: str, body: Json, **options: Any) -> tuple[int, str]:
    """Return the status and error of a request."""
    response = httpx.post(f"{emulator.origin}/oauth/{path}", data=body, trust_env=False, **options)
    return response.status_code, response.json()["error"] if response.content else ""


def redeem(emulator: Emulator, application: Application, issued: str, /, **changes: str | None) -> tuple[int, str]:
    """Send a valid token request, except for these parameters. Return the status and error."""
    valid = {
        "grant_type": "authorization_code",
        "code": issued,
        "redirect_uri": CALLBACK,
        "client_id": application.id,
        "client_secret": application.made["client_secret"] or None,
    }
    sent = {name: value for name, value in {**valid, **changes}.items() if value is not None}
    response = httpx.post(f"{emulator.origin}/oauth/token", data=sent, trust_env=False)
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json().get("error", "")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "profile everything"}, "invalid_scope"),
        ({"state": None}, "invalid_request"),
        ({"state": "short"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "select_account"}, "invalid_request"),
        ({"code_challenge": CHALLENGE}, "invalid_request"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short", "code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_application_is_told_what_is_invalid(
    signed_in: Browser, application: Application, changes: dict[str, str | None], error: str
) -> None:
    answer = answer_in(authorize(signed_in, application, **changes))
    assert answer["error"] == error
    assert answer["error_description"]
    assert answer.get("state") == {"state": STATE, **changes}["state"]


def test_state_is_not_needed_with_pkce(signed_in: Browser, application: Application) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    assert answer_in(authorize(signed_in, application, state=None, **pkce)).keys() == {"code"}


def test_clients_that_require_pkce_must_send_a_challenge(signed_in: Browser, register: Register) -> None:
    for values in ({"public": True}, {"pkce_required": True}):
        application = register(consent_screen_enabled=False, **values)
        assert answer_in(authorize(signed_in, application))["error"] == "invalid_request"


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/callback",
        f"{CALLBACK}/",
        f"{CALLBACK}?x=1",
        f"{CALLBACK}#x",
        f"{CALLBACK}/../other",
        "https://app.example.com/Callback",
        "https://app.example.com:443/callback",
        "https://app.example.com@evil.example/callback",
        "https://app.example.com.evil.example/callback",
        "http://app.example.com/callback",
        "//app.example.com/callback",
        "javascript:alert(1)",
        "https://app.example.com\\@evil.example/callback",
    ],
)
def test_browser_is_never_sent_to_an_unknown_address(signed_in: Browser, application: Application, uri: str) -> None:
    for changes in ({}, {"response_type": "token"}, {"prompt": "none"}, {"response_mode": "form_post"}):
        response = authorize(signed_in, application, redirect_uri=uri, **changes)
        assert (response.status_code, response.text.partition(":")[0]) == (400, "invalid_request")
        assert "location" not in response.headers


def test_unknown_client_is_shown_to_the_user(signed_in: Browser, application: Application) -> None:
    for client_id in ("unknown", None):
        response = authorize(signed_in, application, client_id=client_id)
        assert (response.status_code, response.text.partition(":")[0]) == (401, "invalid_client")
        assert "location" not in response.headers


def test_redirect_uri_may_be_left_out_if_there_is_one(signed_in: Browser, register: Register) -> None:
    one = register(consent_screen_enabled=False)
    assert "code" in answer_in(authorize(signed_in, one, redirect_uri=None))
    for uris in ([], [CALLBACK, "https://other.example/"]):
        response = authorize(signed_in, register(redirect_uris=uris), redirect_uri=None)
        assert (response.status_code, response.text.partition(":")[0]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": None}, 400, "invalid_request"),
        ({"grant_type": "client_credentials"}, 401, "unsupported_grant_type"),
        ({"code": None}, 400, "invalid_request"),
        ({"code": "unknown"}, 400, "invalid_grant"),
        ({"redirect_uri": "https://app.example.com/other"}, 400, "invalid_grant"),
        ({"redirect_uri": None}, 400, "invalid_grant"),
        ({"client_id": None, "client_secret": None}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"client_secret": None}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": "wr\u00f6ng"}, 401, "invalid_client"),
        ({"code_verifier": VERIFIER}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, 400, "invalid_grant"),
    ],
)
def test_token_request_is_rejected_and_the_code_kept(
    emulator: Emulator,
    signed_in: Browser,
    application: Application,
    changes: dict[str, str | None],
    status: int,
    error: str,
) -> None:
    code = code_for(signed_in, application)
    assert redeem(emulator, application, code, **changes) == (status, error)
    assert redeem(emulator, application, code) == (200, "")


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!", "Bearer x", f"Basic {base64.b64encode(b'no-colon').decode()}", "Basic \xff", "Basic /w=="],
)
def test_malformed_authorization_is_rejected(emulator: Emulator, application: Application, header: str) -> None:
    body = {"grant_type": "authorization_code", "code": "x"}
    headers = {"Authorization": header.encode("latin-1")}
    response = httpx.post(f"{emulator.origin}/oauth/token", data=body, headers=headers, trust_env=False)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response.headers["www-authenticate"].startswith("Basic")


def test_client_must_authenticate_in_one_way(emulator: Emulator, application: Application) -> None:
    credentials = (application.id, application.made["client_secret"])
    body = {"grant_type": "authorization_code", "code": "x"}
    for more in ({"client_secret": "x"}, {"client_id": "other"}):
        assert post(emulator, "token", {**body, **more}, auth=credentials) == (400, "invalid_request")
    encoded = tuple(quote(part, safe="") for part in credentials)
    assert post(emulator, "token", {**body, "client_id": application.id}, auth=encoded) == (400, "invalid_grant")


def test_public_client_sends_no_secret_and_its_verifier(
    emulator: Emulator, signed_in: Browser, register: Register
) -> None:
    application = register(public=True, consent_screen_enabled=False)
    code = code_for(signed_in, application, code_challenge=CHALLENGE, code_challenge_method="S256")
    assert redeem(emulator, application, code) == (400, "invalid_request")
    assert redeem(emulator, application, code, code_verifier="x" * 43) == (400, "invalid_grant")
    assert redeem(emulator, application, code, code_verifier=CHALLENGE) == (400, "invalid_grant")
    assert redeem(emulator, application, code, code_verifier=VERIFIER, client_secret="x") == (401, "invalid_client")
    assert redeem(emulator, application, code, code_verifier=VERIFIER) == (200, "")


def test_code_of_another_client_is_unknown(emulator: Emulator, signed_in: Browser, register: Register) -> None:
    first, second = register(consent_screen_enabled=False), register(consent_screen_enabled=False)
    code = code_for(signed_in, first)
    assert redeem(emulator, second, code) == (400, "invalid_grant")
    assert redeem(emulator, first, code) == (200, "")


def test_code_expires_after_ten_minutes(emulator: Emulator, signed_in: Browser, application: Application) -> None:
    codes = [code_for(signed_in, application) for _ in range(2)]
    emulator.clock.advance(599)
    assert redeem(emulator, application, codes[0]) == (200, "")
    emulator.clock.advance(1)
    assert redeem(emulator, application, codes[1]) == (400, "invalid_grant")


def test_code_that_is_used_twice_revokes_its_tokens(
    api: Api, emulator: Emulator, signed_in: Browser, application: Application
) -> None:
    code = code_for(signed_in, application)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": application.id,
        "client_secret": application.made["client_secret"],
    }
    tokens = httpx.post(f"{emulator.origin}/oauth/token", data=body, trust_env=False).json()
    assert redeem(emulator, application, code) == (400, "invalid_grant")
    path = "/oauth_applications/access_tokens/verify"
    assert api.refused("POST", path, {"access_token": tokens["access_token"]}).status == 404
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert redeem(emulator, application, "", **again) == (400, "invalid_grant")


def test_refresh_cannot_widen_the_scope(emulator: Emulator, signed_in: Browser, application: Application) -> None:
    client = application.client("email")
    code = code_for(signed_in, application, scope="email")
    tokens = client.fetch_token(application.server["token_endpoint"], code=code)
    body = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "scope": "email profile"}
    assert redeem(emulator, application, "", **body) == (400, "invalid_request")


def test_form_must_be_a_form(emulator: Emulator) -> None:
    response = httpx.post(f"{emulator.origin}/oauth/token", content=b"x", headers={"Content-Type": "text/plain"})
    assert response.status_code == 415


def test_deleted_user_has_no_grants(
    api: Api, emulator: Emulator, ada: Json, signed_in: Browser, application: Application
) -> None:
    code = code_for(signed_in, application)
    api.delete(f"/users/{ada['id']}")
    assert redeem(emulator, application, code) == (400, "invalid_grant")


def test_consent_information_lists_what_is_asked_for(
    emulator: Emulator, signed_in: Browser, register: Register
) -> None:
    application = register()
    found = signed_in.get(f"/me/oauth/consent/{application.id}", scope="openid email unknown", redirect_uri=CALLBACK)
    assert found["oauth_application_name"] == "Calendar"
    assert [(one["scope"], one["requires_consent"]) for one in found["scopes"]] == [("openid", False), ("email", True)]
    assert all(one["description"] for one in found["scopes"])
    assert (found["redirect_domain"], found["client_id"]) == (None, application.id)
    assert len(signed_in.get(f"/me/oauth/consent/{application.id}")["scopes"]) == 7


def test_consent_needs_a_session_and_an_application(
    other_browser: Browser, signed_in: Browser, register: Register, application: Application
) -> None:
    with_consent = register()
    path = f"/me/oauth/consent/{with_consent.id}"
    assert other_browser.refused("GET", path).codes == ["signed_out"]
    assert other_browser.refused("POST", path, {"consented": "true"}).codes == ["signed_out"]
    problem = signed_in.refused("GET", "/me/oauth/consent/unknown")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
    problem = signed_in.refused("GET", f"/me/oauth/consent/{application.id}")
    assert (problem.status, problem.codes) == (403, ["resource_forbidden"])
    problem = signed_in.refused("POST", "/me/oauth/consent/unknown", {"consented": "true"})
    assert (problem.status, problem.codes) == (400, ["oauth_authorize_request_error"])


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "https://app.example.com"])
def test_pages_of_others_cannot_consent(signed_in: Browser, register: Register, origin: str) -> None:
    application = register()
    page = authorize(signed_in, application)
    query = {name: values[0] for name, values in parse_qs(urlsplit(page.headers["location"]).query).items()}
    path = f"/me/oauth/consent/{application.id}"
    response = signed_in.send("POST", path, {}, {**query, "consented": "true"}, headers={"Origin": origin})
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "origin_invalid")
    assert "location" in consent(signed_in, page.headers["location"]).headers


def test_consent_does_not_leave_the_registered_addresses(signed_in: Browser, register: Register) -> None:
    application = register()
    body = {"response_type": "code", "state": STATE, "redirect_uri": "https://evil.example/", "consented": "true"}
    for consented in ("true", "false"):
        problem = signed_in.refused("POST", f"/me/oauth/consent/{application.id}", {**body, "consented": consented})
        assert (problem.status, problem.codes) == (400, ["oauth_authorize_request_error"])


def test_consent_for_an_organization_needs_a_membership(
    api: Api, signed_in: Browser, ada: Json, register: Register
) -> None:
    other = api.post("/users", {"email_address": ["bob@example.com"]})
    organization = api.post("/organizations", {"name": "Acme", "created_by": other["id"]})
    application = register()
    page = authorize(signed_in, application, scope="user:org:read")
    response = consent(signed_in, page.headers["location"], organization_id=organization["id"])
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "not_a_member_in_organization")


def test_user_information_needs_a_valid_token(
    api: Api, emulator: Emulator, ada: Json, signed_in: Browser, application: Application
) -> None:
    url = f"{emulator.origin}/oauth/userinfo"
    for header in ({}, {"Authorization": "Bearer oat_unknown"}, {"Authorization": "Basic x"}):
        for method in ("GET", "POST"):
            response = httpx.request(method, url, headers=header, trust_env=False)
            assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "oauth_fetch_user_error")
            assert response.headers["www-authenticate"].startswith("Bearer")
    token = emulator.issue_oauth_token(application.made["id"], ada["id"])
    header = {"Authorization": f"Bearer {token}"}
    assert httpx.post(url, headers=header, trust_env=False).json()["sub"] == ada["id"]
    api.post(f"/users/{ada['id']}/ban")
    response = httpx.get(url, headers=header, trust_env=False)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (403, "oauth_fetch_user_forbidden_error")
