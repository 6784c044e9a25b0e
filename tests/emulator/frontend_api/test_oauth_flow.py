"""Applications that sign users in with the authorization server, with Authlib and PyJWT."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.auth import AuthOptions
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.oauth_application import ALL_SCOPES, CALLBACK, Register, answer_in, consent, visit
from tests.emulator.jwts import verified

STATE = "state-of-12-"
VERIFY = "/oauth_applications/access_tokens/verify"


@pytest.fixture
def user(ada: Json, browser: Browser) -> Json:
    """A user who is signed in."""
    browser.sign_in("ada@example.com", PASSWORD)
    return ada


def granted(browser: Browser, url: str, **more: str) -> str:
    """Return the URL with the answer to an application, after the user has consented."""
    page = visit(browser, url)
    assert page.status_code == 303, page.text
    location: str = page.headers["location"]
    if location.startswith(CALLBACK):
        return location
    answer: str = consent(browser, location, **more).headers["location"]
    return answer


def test_metadata_documents_agree(emulator: Emulator) -> None:
    server, provider = (
        httpx.get(f"{emulator.origin}/.well-known/{name}", headers={"Origin": "https://any.example"}, trust_env=False)
        for name in ("oauth-authorization-server", "openid-configuration")
    )
    assert server.headers["access-control-allow-origin"] == provider.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in server.headers
    both = server.json().keys() & provider.json().keys()
    assert {name: server.json()[name] for name in both} == {name: provider.json()[name] for name in both}
    assert server.json()["issuer"] == emulator.origin
    assert "registration_endpoint" not in server.json()
    keys = httpx.get(server.json()["jwks_uri"], trust_env=False).json()["keys"]
    assert [key["alg"] for key in keys] == ["RS256"]


def test_addresses_follow_the_request(emulator: Emulator) -> None:
    for path, host, issuer in (
        ("/.well-known/openid-configuration", "localhost:4010", "http://localhost:4010"),
        ("/__clerk/.well-known/openid-configuration", "localhost:3000", "http://localhost:3000/__clerk"),
    ):
        found = httpx.get(emulator.origin + path, headers={"Host": host}, trust_env=False).json()
        assert found["issuer"] == issuer
        assert found["token_endpoint"] == f"{issuer}/oauth/token"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_confidential_client_signs_a_user_in(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser, method: str
) -> None:
    application = register()
    client = application.client(token_endpoint_auth_method=method)
    url = application.authorization_url(client, state=STATE, nonce="n-1")
    page = visit(browser, url)
    assert page.status_code == 303
    assert page.headers["location"].startswith(f"{emulator.origin}/oauth-consent?")
    location = consent(browser, page.headers["location"]).headers["location"]
    assert location.startswith(f"{CALLBACK}?")
    tokens = application.fetch_token(client, location, state=STATE)
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 86400, "openid profile email")
    info = client.get(application.server["userinfo_endpoint"]).json()
    assert info["sub"] == info["user_id"] == user["id"]
    assert (info["email"], info["email_verified"], info["given_name"], info["name"]) == (
        *("ada@example.com", True),
        *("Ada", "Ada"),
    )
    assert api.post(VERIFY, {"access_token": tokens["access_token"]})["subject"] == user["id"]


def test_public_client_uses_pkce(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register(public=True)
    client = application.client(code_challenge_method="S256")
    verifier = generate_token(48)
    location = granted(browser, application.authorization_url(client, code_verifier=verifier))
    tokens = application.fetch_token(client, location, code_verifier=verifier)
    assert client.get(application.server["userinfo_endpoint"]).json()["sub"] == user["id"]
    assert tokens["refresh_token"]


def test_id_token_is_valid_for_the_client_only(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()
    client = application.client()
    location = granted(browser, application.authorization_url(client, state=STATE, nonce="n-0S6"))
    tokens = application.fetch_token(client, location)
    options: dict[str, Any] = {"audience": application.id, "issuer": emulator.origin}
    claims = verified(api, tokens["id_token"], **options)
    assert (claims["sub"], claims["nonce"], claims["email"]) == (user["id"], "n-0S6", "ada@example.com")
    assert claims["exp"] - claims["iat"] == 86400
    computed = jwt.api_jwt.decode_complete(tokens["id_token"], options={"verify_signature": False})
    digest = jwt.get_algorithm_by_name("RS256").compute_hash_digest(tokens["access_token"].encode())
    assert computed["payload"]["at_hash"] == jwt.utils.base64url_encode(digest[:16]).decode()
    with pytest.raises(jwt.InvalidAudienceError):
        verified(api, tokens["id_token"], audience="other")


def test_id_token_is_no_session_token(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()
    client = application.client()
    tokens = application.fetch_token(client, granted(browser, application.authorization_url(client, state=STATE)))
    with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        for token in (tokens["id_token"], tokens["access_token"]):
            header = {"Authorization": f"Bearer {token}"}
            options = AuthOptions(publishable_key=emulator.publishable_key)
            request = httpx.Request("GET", "http://localhost:3000/", headers=header)
            state = clerk.auth.authenticate_request(request, options)
            assert state.status == "signed-out"


def test_without_openid_there_is_no_id_token(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()
    client = application.client("profile")
    tokens = application.fetch_token(client, granted(browser, application.authorization_url(client, state=STATE)))
    assert "id_token" not in tokens
    info = client.get(application.server["userinfo_endpoint"]).json()
    assert "email" not in info
    assert info["given_name"] == "Ada"


def test_scopes_are_by_default_profile_and_email(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()
    client = application.client(scope=None)
    tokens = application.fetch_token(client, granted(browser, application.authorization_url(client, state=STATE)))
    assert tokens["scope"] == "profile email"


def test_all_scopes_are_in_the_user_information(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    api.patch(
        f"/users/{user['id']}/metadata",
        {"public_metadata": {"a": 1}, "private_metadata": {"b": 2}, "unsafe_metadata": {"c": 3}},
    )
    organization = api.post("/organizations", {"name": "Acme", "slug": "acme", "created_by": user["id"]})
    application = register()
    client = application.client(ALL_SCOPES)
    url = application.authorization_url(client, state=STATE)
    tokens = application.fetch_token(client, granted(browser, url, organization_id=organization["id"]))
    info = client.get(application.server["userinfo_endpoint"]).json()
    assert info["object"] == "oauth_user_info"
    assert info["instance_id"] == api.get("/instance")["id"]
    assert (info["public_metadata"], info["private_metadata"], info["unsafe_metadata"]) == (
        {"a": 1},
        {"b": 2},
        {"c": 3},
    )
    assert (info["org_id"], info["org_name"], info["org_slug"]) == (organization["id"], "Acme", "acme")
    assert info["picture"].startswith(emulator.origin)
    assert verified(api, tokens["id_token"], audience=application.id)["org_id"] == organization["id"]
    told = httpx.post(
        application.server["introspection_endpoint"],
        data={"token": tokens["access_token"]},
        auth=(application.id, application.made["client_secret"]),
        trust_env=False,
    ).json()
    assert told["org_id"] == organization["id"]


def test_jwt_access_tokens_are_accepted_by_all(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    api.patch("/instance/oauth_application_settings", {"oauth_jwt_access_tokens": True})
    application = register()
    client = application.client()
    token = application.fetch_token(client, granted(browser, application.authorization_url(client, state=STATE)))[
        "access_token"
    ]
    assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
    claims = verified(api, token, issuer=emulator.origin)
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (user["id"], application.id, "openid profile email")
    assert api.post(VERIFY, {"access_token": token})["subject"] == user["id"]
    assert client.get(application.server["userinfo_endpoint"]).json()["sub"] == user["id"]


def test_refresh_token_gives_new_tokens(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()
    client = application.client()
    tokens = application.fetch_token(client, granted(browser, application.authorization_url(client, state=STATE)))
    emulator.clock.advance(86400)
    assert (
        httpx.get(
            application.server["userinfo_endpoint"],
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
            trust_env=False,
        ).status_code
        == 401
    )
    renewed = client.refresh_token(application.server["token_endpoint"], refresh_token=tokens["refresh_token"])
    assert renewed["access_token"] != tokens["access_token"]
    assert renewed["refresh_token"] == tokens["refresh_token"]
    assert verified(api, renewed["id_token"], audience=application.id, leeway=86500)["sub"] == user["id"]
    assert client.get(application.server["userinfo_endpoint"]).json()["sub"] == user["id"]
    narrow = client.refresh_token(
        application.server["token_endpoint"], refresh_token=tokens["refresh_token"], scope="email"
    )
    assert narrow["scope"] == "email"
    assert "id_token" not in narrow


def test_consent_is_asked_once_and_again_for_more(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()

    def asks(scope: str, **parameters: str) -> bool:
        page = visit(browser, application.authorization_url(application.client(scope), state=STATE, **parameters))
        return bool(page.headers["location"].startswith(f"{emulator.origin}/oauth-consent?"))

    assert asks("email")
    granted(browser, application.authorization_url(application.client("email"), state=STATE))
    assert not asks("email")
    assert asks("email profile")
    assert asks("email", prompt="consent")


def test_application_without_consent_screen_gets_its_code_at_once(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register(consent_screen_enabled=False)
    page = visit(browser, application.authorization_url(application.client(), state=STATE))
    assert answer_in(page).keys() == {"code", "state"}


def test_denied_consent_is_told_to_the_application(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register()
    page = visit(browser, application.authorization_url(application.client(), state=STATE))
    for decision in ("false", "", "yes"):
        answer = answer_in(consent(browser, page.headers["location"], consented=decision))
        assert (answer["error"], answer["state"]) == ("access_denied", STATE)
        assert "code" not in answer


def test_signed_out_user_signs_in_and_comes_back(
    register: Register, api: Api, emulator: Emulator, ada: Json, browser: Browser
) -> None:
    application = register(consent_screen_enabled=False)
    url = application.authorization_url(application.client(), state=STATE, nonce="n-7")
    page = visit(browser, url)
    assert page.status_code == 303
    target = urlsplit(page.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{emulator.origin}/sign-in"
    back = parse_qs(target.query)["redirect_url"][0]
    assert back.startswith(f"{emulator.origin}/oauth/authorize?")
    assert "__clerk_db_jwt" not in back
    browser.sign_in("ada@example.com", PASSWORD)
    assert answer_in(visit(browser, back))["state"] == STATE


def test_prompt_login_wants_a_session_that_began_afterwards(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register(consent_screen_enabled=False)
    url = application.authorization_url(application.client(), state=STATE, prompt="login")
    emulator.clock.advance(5)
    page = visit(browser, url)
    query = parse_qs(urlsplit(page.headers["location"]).query)
    assert page.headers["location"].startswith(f"{emulator.origin}/sign-in?")
    assert query["prompt"] == ["login"]
    back = query["redirect_url"][0]
    assert visit(browser, back).headers["location"].startswith(f"{emulator.origin}/sign-in?")
    api.post(f"/sessions/{browser.session['id']}/revoke")
    browser.sign_in("ada@example.com", PASSWORD)
    assert "code" in answer_in(visit(browser, back))
    emulator.clock.advance(601)
    assert visit(browser, back).headers["location"].startswith(f"{emulator.origin}/sign-in?")


def test_prompt_none_never_shows_a_page(
    register: Register, api: Api, emulator: Emulator, ada: Json, browser: Browser
) -> None:
    application = register()
    url = application.authorization_url(application.client(), state=STATE, prompt="none")
    assert answer_in(visit(browser, url))["error"] == "login_required"
    browser.sign_in("ada@example.com", PASSWORD)
    assert answer_in(visit(browser, url))["error"] == "consent_required"
    granted(browser, application.authorization_url(application.client(), state=STATE))
    assert "code" in answer_in(visit(browser, url))


def test_form_post_sends_the_answer_in_a_form(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register(consent_screen_enabled=False)
    state = '"><script>alert(1)</script>'
    client = application.client()
    page = visit(browser, application.authorization_url(client, state=state, response_mode="form_post"))
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<form method="post" action="{CALLBACK}">' in page.text
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert html.unescape(fields["state"]) == state
    assert re.findall(r"<script[^>]*>[^<]*", page.text) == ['<script src="/assets/submit.js" defer>']
    assert "script-src 'self'" in page.headers["content-security-policy"]
    script = browser.http.get("/assets/submit.js")
    assert (script.status_code, script.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    tokens = client.fetch_token(application.server["token_endpoint"], code=fields["code"])
    assert tokens["access_token"]


def test_authorization_request_can_be_posted(
    register: Register, api: Api, emulator: Emulator, user: Json, browser: Browser
) -> None:
    application = register(consent_screen_enabled=False)
    body = {"response_type": "code", "client_id": application.id, "redirect_uri": CALLBACK, "state": STATE}
    foreign = {"Origin": "https://app.example.com"}
    assert "code" in answer_in(browser.send("POST", "//oauth/authorize", {}, body, headers=foreign))


def test_pkce_challenge_of_authlib_is_that_of_the_standard() -> None:
    # The example of RFC 7636, so that the two sides do not merely agree with each other.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert create_s256_code_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
