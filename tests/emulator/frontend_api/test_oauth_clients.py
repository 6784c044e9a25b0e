"""Introspection and revocation of tokens, and clients that register themselves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.oauth_application import CALLBACK, Application, Register, answer_in, consent

STATE = "state-of-12-"
SETTINGS = "/instance/oauth_application_settings"


@pytest.fixture
def tokens(ada: Json, browser: Browser, application: Application) -> Json:
    browser.sign_in("ada@example.com", PASSWORD)
    query = {"response_type": "code", "client_id": application.id, "redirect_uri": CALLBACK, "state": STATE}
    code = answer_in(browser.send("GET", "//oauth/authorize", query))["code"]
    found: Json = application.client().fetch_token(application.server["token_endpoint"], code=code)
    return found


@pytest.fixture
def application(register: Register) -> Application:
    return register(consent_screen_enabled=False)


def introspect(application: Application, token: str, **more: str) -> Any:
    response = httpx.post(
        application.server["introspection_endpoint"],
        data={"token": token, **more},
        auth=(application.id, application.made["client_secret"]),
        trust_env=False,
    )
    return response.json()


def test_introspection_describes_both_tokens(ada: Json, application: Application, tokens: Json) -> None:
    for name in ("access_token", "refresh_token"):
        found = introspect(application, tokens[name])
        assert (found["active"], found["client_id"], found["sub"]) == (True, application.id, ada["id"])
        assert (found["scope"], isinstance(found["iat"], int)) == ("profile email", True)
    assert introspect(application, tokens["access_token"], scope="email")["active"] is True
    assert introspect(application, tokens["access_token"], scope="email openid") == {"active": False}
    assert introspect(application, "unknown") == {"active": False}


def test_introspection_of_expired_token_is_inactive(emulator: Emulator, application: Application, tokens: Json) -> None:
    emulator.clock.advance(86400)
    assert introspect(application, tokens["access_token"]) == {"active": False}
    assert introspect(application, tokens["refresh_token"])["active"] is True


def test_jwt_access_token_is_introspected(api: Api, emulator: Emulator, ada: Json, application: Application) -> None:
    api.patch(SETTINGS, {"oauth_jwt_access_tokens": True})
    token = emulator.issue_oauth_token(application.made["id"], ada["id"])
    assert introspect(application, token)["sub"] == ada["id"]
    emulator.clock.advance(86400)
    assert introspect(application, token) == {"active": False}


def test_public_client_learns_about_its_own_tokens_only(
    emulator: Emulator, ada: Json, register: Register, application: Application
) -> None:
    public = register(public=True)
    own, others = (emulator.issue_oauth_token(one.made["id"], ada["id"]) for one in (public, application))
    url = application.server["introspection_endpoint"]

    def ask(token: str) -> Any:
        return httpx.post(url, data={"token": token, "client_id": public.id}, trust_env=False).json()

    assert ask(own)["active"] is True
    assert ask(others) == {"active": False}
    assert introspect(application, own)["active"] is True


def test_introspection_needs_a_client_and_a_token(application: Application, tokens: Json) -> None:
    url = application.server["introspection_endpoint"]
    response = httpx.post(url, data={"token": tokens["access_token"]}, trust_env=False)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    response = httpx.post(url, auth=(application.id, application.made["client_secret"]), trust_env=False)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (422, "form_param_missing")


@pytest.mark.parametrize("revoked", ["access_token", "refresh_token"])
def test_revoking_one_token_revokes_the_grant(application: Application, tokens: Json, revoked: str) -> None:
    response = application.client().revoke_token(application.server["revocation_endpoint"], token=tokens[revoked])
    assert (response.status_code, response.content) == (200, b"")
    for name in ("access_token", "refresh_token"):
        assert introspect(application, tokens[name]) == {"active": False}


def test_revocation_of_unknown_token_is_no_error(application: Application, register: Register, tokens: Json) -> None:
    url = application.server["revocation_endpoint"]
    assert application.client().revoke_token(url, token="unknown").status_code == 200
    assert register().client().revoke_token(url, token=tokens["access_token"]).status_code == 200
    assert introspect(application, tokens["access_token"])["active"] is True


def test_revocation_is_rejected(register: Register, application: Application) -> None:
    url = application.server["revocation_endpoint"]
    credentials = (application.id, application.made["client_secret"])
    for body, auth, status, error in (
        ({"token": "a.b.c"}, credentials, 400, "unsupported_token_type"),
        ({}, credentials, 400, "invalid_request"),
        ({"token": "x"}, None, 401, "invalid_client"),
        ({"token": "x", "client_id": register(public=True).id}, None, 401, "invalid_client"),
    ):
        response = httpx.post(url, data=body, auth=auth, trust_env=False)
        assert (response.status_code, response.json()["error"]) == (status, error)


def registration(emulator: Emulator, metadata: Any) -> httpx.Response:
    return httpx.post(f"{emulator.origin}/oauth/register", json=metadata, trust_env=False)


def test_registration_is_off_by_default(emulator: Emulator) -> None:
    response = registration(emulator, {"redirect_uris": [CALLBACK]})
    assert response.status_code == 422
    assert response.json()["errors"][0]["code"] == "feature_requires_dynamic_oauth_client_registration"


def test_registered_client_signs_a_user_in_after_consent(
    api: Api, emulator: Emulator, ada: Json, browser: Browser
) -> None:
    api.patch(SETTINGS, {"dynamic_oauth_client_registration": True})
    url = f"{emulator.origin}/.well-known/oauth-authorization-server"
    assert httpx.get(url, trust_env=False).json()["registration_endpoint"] == f"{emulator.origin}/oauth/register"
    metadata = {
        "redirect_uris": [CALLBACK, "myapp://oauth/callback"],
        "client_name": "Agent",
        "client_uri": "https://agent.example",
        "logo_uri": "https://agent.example/logo.png",
        "scope": "email profile",
    }
    response = registration(emulator, metadata)
    assert response.status_code == 201
    made = response.json()
    assert {name: made[name] for name in metadata} == metadata
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert (made["client_secret_expires_at"], made["response_types"]) == (0, ["code"])
    (listed,) = api.get("/oauth_applications")["data"]
    assert (listed["client_id"], listed["dynamically_registered"]) == (made["client_id"], True)
    browser.sign_in("ada@example.com", PASSWORD)
    query = {"response_type": "code", "client_id": made["client_id"], "redirect_uri": CALLBACK, "state": STATE}
    for _ in range(2):  # asked each time
        page = browser.send("GET", "//oauth/authorize", query)
        code = answer_in(consent(browser, page.headers["location"]))["code"]
        body = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        credentials = (made["client_id"], made["client_secret"])
        tokens = httpx.post(f"{emulator.origin}/oauth/token", data=body, auth=credentials, trust_env=False).json()
        assert tokens["scope"] == "email profile"


def test_registration_of_a_public_client_needs_only_a_redirect_uri(api: Api, emulator: Emulator) -> None:
    api.patch(SETTINGS, {"dynamic_oauth_client_registration": True})
    made = registration(emulator, {"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}).json()
    assert "client_secret" not in made
    assert made["client_name"] == made["client_id"]
    assert made["scope"] == "profile email"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "https://a.example"}, "invalid_redirect_uri"),
        ({"redirect_uris": [1]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["/path"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://a.example/#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK], "token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK], "scope": "everything"}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK], "client_name": "x" * 257}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK], "client_name": 1}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK], "client_uri": "javascript:x"}, "invalid_client_metadata"),
        ({"redirect_uris": [CALLBACK], "logo_uri": "data:image/png,x"}, "invalid_client_metadata"),
    ],
)
def test_registration_rejects_invalid_metadata(api: Api, emulator: Emulator, metadata: Json, error: str) -> None:
    api.patch(SETTINGS, {"dynamic_oauth_client_registration": True})
    response = registration(emulator, metadata)
    assert (response.status_code, response.json()["error"]) == (400, error)
    assert api.get("/oauth_applications")["total_count"] == 0


def test_registration_rejects_what_is_no_object(api: Api, emulator: Emulator) -> None:
    api.patch(SETTINGS, {"dynamic_oauth_client_registration": True})
    assert registration(emulator, [1]).status_code == 400
