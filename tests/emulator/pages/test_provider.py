"""The page that takes the place of social providers."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.provider import CALLBACK_PAGE, GRACE, come_back, submit
from tests.emulator.markup import Page
from tests.emulator.pages.conftest import Visitor

START = {"strategy": "oauth_github", "redirect_url": CALLBACK_PAGE}


@pytest.fixture
def address(emulator: Emulator) -> str:
    """The address of the page for a sign-in that has begun."""
    with Browser(emulator) as browser:
        made = browser.post("/client/sign_ins", START)
    url: str = made["first_factor_verification"]["external_verification_redirect_url"]
    return url


def test_page_names_the_provider_and_the_people_it_knows(
    emulator: Emulator, visitor: Visitor, ada: Json, address: str
) -> None:
    emulator.connect_account(ada["id"], provider="github", email_address="ada@git.example", provider_user_id="1")
    emulator.connect_account(ada["id"], provider="google", email_address="ada@gmail.com", provider_user_id="2")
    page = visitor.open(address)
    assert visitor.heading == "Sign in with GitHub"
    assert "ada@git.example" in page.text()
    assert "ada@gmail.com" not in page.text()
    assert visitor.acts() == ["choose", "enter", "deny"]


def test_malformed_address_is_marked_and_can_be_corrected(visitor: Visitor, address: str) -> None:
    visitor.open(address)
    page = visitor.send("enter", 422, email_address="nobody", first_name="Ada")
    (field,) = [one for one in page.all("input") if one.get("aria-invalid")]
    assert (field.get("name"), field.get("value")) == ("email_address", "nobody")
    visitor.send("enter", email_address="nobody@example.com")
    assert visitor.left_for == CALLBACK_PAGE


@pytest.mark.parametrize("state", ["", "unknown", "<script>alert(1)</script>"])
def test_page_needs_a_flow(visitor: Visitor, state: str) -> None:
    page = visitor.open("/provider", 400, state=state)
    assert "No flow with a provider has this state" in page.text()
    assert "alert(1)" not in page.response.text


def test_page_is_over_after_the_callback_and_after_ten_minutes(
    emulator: Emulator, visitor: Visitor, address: str
) -> None:
    visitor.open(address)
    visitor.send("deny")
    assert visitor.left_for == CALLBACK_PAGE
    visitor.open(address, 400)
    with Browser(emulator) as browser:
        made = browser.post("/client/sign_ins", START)
    emulator.clock.advance(600)
    visitor.open(made["first_factor_verification"]["external_verification_redirect_url"], 400)


def test_what_people_enter_is_shown_as_text(emulator: Emulator, api: Api, visitor: Visitor) -> None:
    evil = '"><script>alert(1)</script>'
    user = api.user(username="mallory_1")
    emulator.connect_account(
        user["id"], provider="github", email_address="m@example.com", provider_user_id=evil, first_name=evil
    )
    with Browser(emulator) as browser:
        made = browser.post("/client/sign_ins", START)
    page = visitor.open(made["first_factor_verification"]["external_verification_redirect_url"])
    assert "<script>alert" not in page.response.text
    visitor.send("choose")
    assert visitor.left_for == CALLBACK_PAGE


def test_form_of_another_page_is_not_accepted(emulator: Emulator, address: str) -> None:
    path = urlsplit(address)
    with httpx.Client(base_url=emulator.origin, trust_env=False) as http:
        body = {"act": "enter", **GRACE}
        for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            response = http.post(f"{path.path}?{path.query}", data=body, headers=headers)
            assert response.status_code == 403
    with httpx.Client(base_url=emulator.origin, trust_env=False) as http:
        assert submit(http, Page(http.get(address)), "enter", **GRACE).status_code == 303


def test_page_works_below_the_application(emulator: Emulator) -> None:
    """Same origin: the application passes `/__clerk` on, and the browser stays on its origin."""
    with Browser(emulator) as browser:
        made = browser.http.post(
            "/__clerk/v1/client/sign_ins", params={"__clerk_db_jwt": browser.dev_browser}, data=START
        ).json()["response"]
    url = made["first_factor_verification"]["external_verification_redirect_url"]
    assert url.startswith(f"{emulator.origin}/__clerk/provider?")
    with httpx.Client(base_url=emulator.origin, trust_env=False) as http:
        page = Page(http.get(url))
        assert all(form.get("action").startswith("/__clerk/provider?") for form in page.all("form"))
        response = submit(http, page, "enter", **GRACE)
        assert response.headers["location"].startswith(f"{emulator.origin}/__clerk/v1/oauth_callback?")
        assert http.get(response.headers["location"]).headers["location"] == CALLBACK_PAGE


def test_same_address_is_the_same_person(emulator: Emulator, api: Api) -> None:
    for _ in range(2):
        with Browser(emulator) as browser:
            made = browser.post("/client/sign_ins", START)
            come_back(emulator, made["first_factor_verification"], GRACE)
            if browser.get("/client")["sign_in"]:
                browser.post("/client/sign_ups", {"transfer": "true"})
            assert len(browser.get("/client")["sessions"]) == 1
    assert len(api.get("/users")) == 1
