"""Sign-ins and sign-ups with enterprise connections."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator import saml
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.provider import CALLBACK_PAGE, come_back

EVE = {"email_address": "eve@acme.com", "first_name": "Eve"}
START = {"strategy": "enterprise_sso", "redirect_url": CALLBACK_PAGE}
OIDC = {"client_id": "client_1", "client_secret": "hush", "discovery_url": "https://idp.acme.com/.well-known/openid"}


def connection(api: Api, **values: object) -> Json:
    body = {"name": "Acme", "provider": "saml_okta", "domains": ["acme.com"], "active": True}
    made: Json = api.post("/enterprise_connections", {**body, "saml": {"idp_metadata": saml.metadata()}, **values})
    return made


@pytest.fixture
def acme(api: Api) -> Json:
    """An active connection for acme.com."""
    return connection(api)


@pytest.fixture
def eve(api: Api) -> Json:
    user: Json = api.post("/users", {"email_address": ["eve@acme.com"], "password": PASSWORD})
    return user


def test_address_at_the_domain_has_this_factor_alone(api: Api, acme: Json, eve: Json, browser: Browser) -> None:
    for address in ("eve@acme.com", "nobody@acme.com"):
        made = browser.post("/client/sign_ins", {"identifier": address})
        assert made["status"] == "needs_first_factor"
        assert made["supported_first_factors"] == [
            {
                "strategy": "enterprise_sso",
                "enterprise_connection_id": acme["id"],
                "enterprise_connection_name": "Acme",
            }
        ]
        path = f"/client/sign_ins/{made['id']}"
        problem = browser.refused(
            "POST", f"{path}/attempt_first_factor", {"strategy": "password", "password": PASSWORD}
        )
        assert (problem.status, problem.codes) == (400, ["strategy_for_user_invalid"])


def test_user_signs_in_and_gets_the_account(
    api: Api, emulator: Emulator, acme: Json, eve: Json, browser: Browser
) -> None:
    made = browser.post("/client/sign_ins", {"identifier": "eve@acme.com"})
    prepared = browser.post(f"/client/sign_ins/{made['id']}/prepare_first_factor", START)
    verification = prepared["first_factor_verification"]
    assert (verification["object"], verification["strategy"]) == ("verification_saml", "saml")
    assert come_back(emulator, verification, EVE) == CALLBACK_PAGE
    browser.client = browser.get("/client")
    assert browser.session["user"]["id"] == eve["id"]
    (account,) = api.get(f"/users/{eve['id']}")["enterprise_accounts"]
    assert (account["email_address"], account["verification"]["status"]) == ("eve@acme.com", "verified")


def test_second_sign_in_begins_with_the_strategy_and_finds_the_account(
    api: Api, emulator: Emulator, acme: Json, eve: Json, browser: Browser, other_browser: Browser
) -> None:
    for one in (browser, other_browser):
        made = one.post("/client/sign_ins", {**START, "identifier": "eve@acme.com"})
        come_back(emulator, made["first_factor_verification"], EVE)
        one.client = one.get("/client")
        assert one.session["user"]["id"] == eve["id"]
    assert len(api.get(f"/users/{eve['id']}")["enterprise_accounts"]) == 1


def test_new_person_is_transferred_to_a_sign_up_and_joins_the_organization(
    api: Api, emulator: Emulator, eve: Json, browser: Browser
) -> None:
    organization = api.post("/organizations", {"name": "Acme", "created_by": eve["id"]})
    connection(api, organization_id=organization["id"], saml=None, oidc=OIDC, provider="oidc_custom")
    made = browser.post("/client/sign_ins", {**START, "identifier": "new@acme.com"})
    verification = made["first_factor_verification"]
    assert (verification["object"], verification["strategy"]) == ("verification_oauth", "oauth_custom_enterprise")
    come_back(emulator, verification, {"email_address": "new@acme.com", "first_name": "New"})
    found = browser.get("/client")["sign_in"]["first_factor_verification"]
    assert (found["status"], found["error"]["code"]) == ("transferable", "external_account_not_found")
    done = browser.post("/client/sign_ups", {"transfer": "true"})
    assert done["status"] == "complete"
    user = api.get(f"/users/{done['created_user_id']}")
    assert (user["first_name"], user["email_addresses"][0]["email_address"]) == ("New", "new@acme.com")
    assert len(user["enterprise_accounts"]) == 1
    members = api.get(f"/organizations/{organization['id']}/memberships")["data"]
    assert user["id"] in [one["public_user_data"]["user_id"] for one in members]


def test_sign_up_with_the_connection(api: Api, emulator: Emulator, acme: Json, browser: Browser) -> None:
    made = browser.post("/client/sign_ups", {**START, "email_address": "new@acme.com"})
    person = {"email_address": "new@acme.com"}
    assert come_back(emulator, made["verifications"]["external_account"], person) == CALLBACK_PAGE
    browser.client = browser.get("/client")
    assert browser.session["user"]["enterprise_accounts"]


def test_address_of_another_domain_is_not_accepted(emulator: Emulator, acme: Json, browser: Browser) -> None:
    made = browser.post("/client/sign_ins", {**START, "identifier": "eve@acme.com"})
    with pytest.raises(AssertionError, match=r"must be at acme\.com"):
        come_back(emulator, made["first_factor_verification"], {"email_address": "eve@example.com"})


@pytest.mark.parametrize("path", ["/client/sign_ins", "/client/sign_ups"])
def test_strategy_needs_a_connection_for_the_address(api: Api, eve: Json, browser: Browser, path: str) -> None:
    connection(api, active=False)
    body = {**START, "identifier": "eve@acme.com"} if path.endswith("ins") else {**START, "email_address": "x@acme.com"}
    problem = browser.refused("POST", path, body)
    assert (problem.status, problem.codes) == (400, ["strategy_for_user_invalid"])


def test_connection_that_was_deleted_meanwhile_is_reported(
    api: Api, emulator: Emulator, acme: Json, eve: Json, browser: Browser
) -> None:
    made = browser.post("/client/sign_ins", {**START, "identifier": "eve@acme.com"})
    api.delete(f"/enterprise_connections/{acme['id']}")
    with pytest.raises(AssertionError, match="No enterprise connection"):
        come_back(emulator, made["first_factor_verification"], EVE)
