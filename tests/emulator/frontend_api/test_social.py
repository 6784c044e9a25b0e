"""Sign-ins and sign-ups with social providers, and the accounts that users connect."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import settings
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.provider import CALLBACK_PAGE, GRACE, come_back

START = {"strategy": "oauth_google", "redirect_url": CALLBACK_PAGE}
ADA = {"email_address": "ada@example.com", "first_name": "Augusta"}


def sign_in(browser: Browser, **more: str) -> Json:
    """Begin a sign-in with a provider, and return its verification."""
    made = browser.post("/client/sign_ins", {**START, **more})
    verification: Json = made["first_factor_verification"]
    assert (made["status"], verification["status"]) == ("needs_identifier", "unverified")
    return verification


def sign_up(browser: Browser, **more: str) -> Json:
    made = browser.post("/client/sign_ups", {**START, **more})
    verification: Json = made["verifications"]["external_account"]
    assert (made["status"], verification["status"]) == ("missing_requirements", "unverified")
    return verification


def client(browser: Browser) -> Json:
    """Read the client, as the page does to which the browser comes back."""
    found: Json = browser.get("/client")
    browser.client = found
    return found


def test_user_with_the_account_is_signed_in(api: Api, emulator: Emulator, ada: Json, browser: Browser) -> None:
    account = {"provider": "google", "email_address": "ada@gmail.com", "provider_user_id": "g-1"}
    emulator.connect_account(ada["id"], **account)
    verification = sign_in(browser)
    assert verification["strategy"] == "oauth_google"
    # The form of the first account that the provider knows.
    assert come_back(emulator, verification, {"last_name": "Changed"}, "choose") == CALLBACK_PAGE
    found = client(browser)
    assert found["sign_in"] is None
    assert found["last_authentication_strategy"] == "oauth_google"
    assert browser.session["user"]["id"] == ada["id"]
    assert [event["type"] for event in emulator.events[-1:]] == ["session.created"]


def test_user_with_the_same_verified_address_gets_the_account(
    api: Api, emulator: Emulator, ada: Json, browser: Browser
) -> None:
    come_back(emulator, sign_in(browser), ADA)
    client(browser)
    assert browser.session["user"]["id"] == ada["id"]
    (account,) = api.get(f"/users/{ada['id']}")["external_accounts"]
    assert (account["provider"], account["email_address"], account["first_name"]) == (
        *("oauth_google", "ada@example.com"),
        "Augusta",
    )


def test_unverified_address_is_not_proof(api: Api, emulator: Emulator, browser: Browser) -> None:
    user = api.post("/users", {"username": "mallory_1"})
    api.post("/email_addresses", {"user_id": user["id"], "email_address": "grace@example.com", "verified": False})
    come_back(emulator, sign_in(browser), GRACE)
    verification = client(browser)["sign_in"]["first_factor_verification"]
    assert (verification["status"], verification["error"]["code"]) == ("transferable", "external_account_not_found")


def test_unknown_person_is_transferred_to_a_sign_up(api: Api, emulator: Emulator, browser: Browser) -> None:
    come_back(emulator, sign_in(browser), GRACE)
    found = client(browser)
    verification = found["sign_in"]["first_factor_verification"]
    assert (verification["status"], verification["error"]["code"]) == ("transferable", "external_account_not_found")
    assert found["sessions"] == []
    done = browser.post("/client/sign_ups", {"transfer": "true"})
    assert done["status"] == "complete"
    user = api.get(f"/users/{done['created_user_id']}")
    assert (user["first_name"], user["last_name"]) == ("Grace", "Hopper")
    (address,) = user["email_addresses"]
    assert (address["email_address"], address["verification"]["strategy"]) == ("grace@example.com", "from_oauth_google")
    (account,) = user["external_accounts"]
    assert account["verification"]["status"] == "verified"
    assert browser.session["user"]["id"] == user["id"]
    assert [event["type"] for event in emulator.events if event["type"] in ("user.created", "session.created")] == [
        *("user.created", "session.created")
    ]


def test_sign_up_with_a_provider_completes_at_once(api: Api, emulator: Emulator, browser: Browser) -> None:
    assert come_back(emulator, sign_up(browser), GRACE) == CALLBACK_PAGE
    found = client(browser)
    assert found["sign_up"] is None
    assert browser.session["user"]["first_name"] == "Grace"


def test_sign_up_still_needs_what_the_provider_does_not_tell(emulator: Emulator, browser: Browser) -> None:
    settings.change_attribute(emulator, "username", enabled=True, required=True)
    come_back(emulator, sign_up(browser), GRACE)
    attempt = client(browser)["sign_up"]
    assert attempt["missing_fields"] == ["username"]
    assert attempt["verifications"]["external_account"]["status"] == "verified"
    done = browser.patch(f"/client/sign_ups/{attempt['id']}", {"username": "grace_h"})
    assert done["status"] == "complete"


def test_known_person_is_transferred_to_a_sign_in(emulator: Emulator, ada: Json, browser: Browser) -> None:
    come_back(emulator, sign_up(browser), ADA)
    found = client(browser)
    verification = found["sign_up"]["verifications"]["external_account"]
    assert (verification["status"], verification["error"]["code"]) == ("transferable", "external_account_exists")
    assert found["sessions"] == []
    done = browser.post("/client/sign_ins", {"transfer": "true"})
    assert done["status"] == "complete"
    assert browser.session["user"]["id"] == ada["id"]


@pytest.mark.parametrize("path", ["/client/sign_ups", "/client/sign_ins"])
def test_transfer_needs_something_to_transfer(emulator: Emulator, ada: Json, browser: Browser, path: str) -> None:
    problem = browser.refused("POST", path, {"transfer": "true"})
    assert (problem.status, problem.codes) == (400, ["account_transfer_invalid"])
    sign_in(browser)
    sign_up(browser)
    problem = browser.refused("POST", path, {"transfer": "true"})
    assert (problem.status, problem.codes) == (400, ["account_transfer_invalid"])


def test_person_who_denies_is_told_so(emulator: Emulator, browser: Browser) -> None:
    assert come_back(emulator, sign_in(browser)) == CALLBACK_PAGE
    verification = client(browser)["sign_in"]["first_factor_verification"]
    assert (verification["status"], verification["error"]["code"]) == ("failed", "oauth_access_denied")
    come_back(emulator, sign_up(browser))
    verification = client(browser)["sign_up"]["verifications"]["external_account"]
    assert (verification["status"], verification["error"]["code"]) == ("failed", "oauth_access_denied")


def test_second_factor_is_still_needed(api: Api, emulator: Emulator, ada: Json, browser: Browser) -> None:
    api.patch(f"/users/{ada['id']}", {"totp_secret": "JBSWY3DPEHPK3PXP"})
    come_back(emulator, sign_in(browser), ADA)
    attempt = client(browser)["sign_in"]
    assert attempt["status"] == "needs_second_factor"
    assert attempt["first_factor_verification"]["status"] == "verified"


@pytest.mark.parametrize(("act", "code"), [("ban", "user_banned"), ("lock", "user_locked")])
def test_user_who_may_not_sign_in_is_told_why(
    api: Api, emulator: Emulator, ada: Json, browser: Browser, act: str, code: str
) -> None:
    api.post(f"/users/{ada['id']}/{act}")
    come_back(emulator, sign_in(browser), ADA)
    found = client(browser)
    assert found["sign_in"]["first_factor_verification"]["error"]["code"] == code
    assert found["sessions"] == []
    # What the failed sign-in has written is undone.
    assert api.get(f"/users/{ada['id']}")["external_accounts"] == []


def test_user_who_is_signed_in_already_is_named(emulator: Emulator, ada: Json, browser: Browser) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    come_back(emulator, sign_in(browser), ADA)
    error = client(browser)["sign_in"]["first_factor_verification"]["error"]
    assert error["code"] == "identifier_already_signed_in"
    assert error["meta"]["session_id"] == browser.session["id"]


def test_restricted_instance_admits_nobody_new(emulator: Emulator, browser: Browser) -> None:
    settings.change(emulator, sign_up_mode="restricted")
    assert browser.refused("POST", "/client/sign_ups", START).codes == ["sign_up_mode_restricted"]
    come_back(emulator, sign_in(browser), GRACE)
    assert browser.refused("POST", "/client/sign_ups", {"transfer": "true"}).codes == ["sign_up_mode_restricted"]


def test_blocked_address_cannot_sign_up(api: Api, emulator: Emulator, browser: Browser) -> None:
    api.patch("/instance/restrictions", {"blocklist": True})
    api.post("/blocklist_identifiers", {"identifier": "grace@example.com"})
    come_back(emulator, sign_up(browser), GRACE)
    verification = client(browser)["sign_up"]["verifications"]["external_account"]
    assert verification["status"] == "failed"
    assert verification["error"]["code"]


def test_identifier_and_account_must_belong_together(api: Api, emulator: Emulator, ada: Json, browser: Browser) -> None:
    emulator.connect_account(ada["id"], provider="google", email_address="ada@gmail.com", provider_user_id="g-1")
    api.post("/users", {"email_address": ["grace@example.com"]})
    made = browser.post("/client/sign_ins", {"identifier": "ada@example.com"})
    assert {"strategy": "oauth_google"} in made["supported_first_factors"]
    prepared = browser.post(f"/client/sign_ins/{made['id']}/prepare_first_factor", START)
    come_back(emulator, prepared["first_factor_verification"], GRACE)
    error = client(browser)["sign_in"]["first_factor_verification"]["error"]
    assert error["code"] == "strategy_for_user_invalid"
    prepared = browser.post(f"/client/sign_ins/{made['id']}/prepare_first_factor", START)
    come_back(emulator, prepared["first_factor_verification"], {**ADA, "provider_user_id": "g-1"})
    client(browser)
    assert browser.session["user"]["id"] == ada["id"]


@pytest.mark.parametrize("path", ["/client/sign_ins", "/client/sign_ups"])
def test_address_after_completion_may_be_relative(browser: Browser, path: str) -> None:
    browser.post(path, {**START, "action_complete_redirect_url": "/welcome"})
    for elsewhere in ("//evil.example", "/\\evil.example", "\\evil.example", "https:evil.example"):
        problem = browser.refused("POST", path, {**START, "action_complete_redirect_url": elsewhere})
        assert (problem.status, problem.params) == (422, ["action_complete_redirect_url"])


@pytest.mark.parametrize(
    ("changes", "status", "code", "param"),
    [
        ({"strategy": "oauth_linear"}, 400, "oauth_provider_not_enabled", "strategy"),
        ({"strategy": "oauth_"}, 400, "oauth_provider_not_enabled", "strategy"),
        ({"redirect_url": ""}, 422, "form_param_missing", "redirect_url"),
        ({"redirect_url": "https://evil.example/"}, 422, "redirect_url_not_associated_with_instance", "redirect_url"),
        ({"redirect_url": "javascript:alert(1)"}, 422, "invalid_redirect_url", "redirect_url"),
        (
            {"action_complete_redirect_url": "https://evil.example/"},
            422,
            "redirect_url_not_associated_with_instance",
            "action_complete_redirect_url",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/client/sign_ins", "/client/sign_ups"])
def test_flow_is_rejected(browser: Browser, path: str, changes: Json, status: int, code: str, param: str) -> None:
    problem = browser.refused("POST", path, {**START, **changes})
    assert (problem.status, problem.codes, problem.params) == (status, [code], [param])


def test_browser_goes_on_if_nothing_is_left_to_do(emulator: Emulator, ada: Json, browser: Browser) -> None:
    more = {"action_complete_redirect_url": "/welcome"}
    assert come_back(emulator, sign_in(browser, **more), GRACE) == CALLBACK_PAGE
    assert come_back(emulator, sign_in(browser, **more), ADA) == "http://localhost:3000/welcome"
    person = {"email_address": "new@example.com"}
    assert come_back(emulator, sign_up(browser, **more), person) == "http://localhost:3000/welcome"


def callback(browser: Browser, **query: Any) -> tuple[int, str]:
    response = browser.http.get("/v1/oauth_callback", params=query)
    return response.status_code, response.json()["errors"][0]["code"] if response.status_code >= 400 else ""


def test_callback_works_once_and_in_time(emulator: Emulator, ada: Json, browser: Browser) -> None:
    state = parse_qs(urlsplit(sign_in(browser)["external_verification_redirect_url"]).query)["state"][0]
    assert callback(browser) == (400, "oauth_callback_invalid")
    assert callback(browser, state="unknown", code="x") == (400, "oauth_callback_invalid")
    assert callback(browser, state=state, code="wrong") == (303, "")
    error = client(browser)["sign_in"]["first_factor_verification"]["error"]
    assert error["code"] == "oauth_token_exchange_error"
    assert callback(browser, state=state, code="wrong") == (400, "oauth_callback_invalid")
    state = parse_qs(urlsplit(sign_in(browser)["external_verification_redirect_url"]).query)["state"][0]
    emulator.clock.advance(600)
    assert callback(browser, state=state, error="access_denied") == (400, "oauth_callback_invalid")
    assert client(browser)["sign_in"]["first_factor_verification"]["status"] == "expired"


def test_posted_callback_becomes_a_page_load(emulator: Emulator, browser: Browser) -> None:
    body = {"state": "s", "code": "a&b"}
    response = browser.http.post("/v1/oauth_callback", data=body, headers={"Origin": "https://accounts.example"})
    assert response.status_code == 303
    assert response.headers["location"] == f"{emulator.origin}/v1/oauth_callback?{urlencode(body)}"


def test_user_connects_and_reauthorizes_an_account(api: Api, emulator: Emulator, ada: Json, browser: Browser) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    made = browser.post("/me/external_accounts", {**START, "strategy": "oauth_github"})
    assert (made["provider"], made["verification"]["status"]) == ("oauth_github", "unverified")
    come_back(emulator, made["verification"], GRACE)
    (account,) = browser.get("/me")["external_accounts"]
    assert (account["id"], account["email_address"]) == (made["id"], "grace@example.com")
    assert account["verification"]["status"] == "verified"
    again = browser.patch(f"/me/external_accounts/{made['id']}/reauthorize", {"redirect_url": CALLBACK_PAGE})
    come_back(emulator, again["verification"], GRACE)
    (account,) = api.get(f"/users/{ada['id']}")["external_accounts"]
    assert account["verification"]["status"] == "verified"
    assert emulator.events[-1]["type"] == "user.updated"


def test_account_of_another_user_is_not_connected(api: Api, emulator: Emulator, ada: Json, browser: Browser) -> None:
    other = api.post("/users", {"email_address": ["grace@example.com"]})
    emulator.connect_account(other["id"], provider="google", email_address="grace@example.com", provider_user_id="g-2")
    browser.sign_in("ada@example.com", PASSWORD)
    made = browser.post("/me/external_accounts", START)
    come_back(emulator, made["verification"], {**GRACE, "provider_user_id": "g-2"})
    (account,) = browser.get("/me")["external_accounts"]
    assert account["verification"]["status"] == "failed"
    assert account["verification"]["error"]["code"] == "oauth_account_already_connected"


def test_connecting_needs_a_session(other_browser: Browser) -> None:
    assert other_browser.refused("POST", "/me/external_accounts", START).codes == ["signed_out"]
