"""Links in emails verify the address of a sign-up, and lead only to pages of applications."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.tokens import jwts
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.messages import last_link
from tests.emulator.frontend_api.settings import change, change_attribute

EMAIL = "grace@example.com"
TARGET = f"{PAGE}/verified?a=1#/done"


@pytest.fixture(autouse=True)
def _links(emulator: Emulator) -> None:
    change_attribute(emulator, "email_address", verifications=["email_code", "email_link"])


def start(browser: Browser, **values: object) -> Json:
    body = {"email_address": EMAIL, "password": PASSWORD, "strategy": "email_link", "redirect_url": TARGET, **values}
    made: Json = browser.post("/client/sign_ups", body)
    return made


def open_link(browser: Browser, link: str, *, known: bool = True) -> dict[str, str]:
    """Open a link, and return the query of the page that it leads to. The browser may be `known`."""
    query = {"__clerk_db_jwt": browser.dev_browser} if known else {}
    separator = "&" if query else ""
    url = link + separator + "&".join(f"{name}={value}" for name, value in query.items())
    response = browser.http.get(url)
    assert response.status_code == 303, response.text
    target = urlsplit(response.headers["location"])
    assert target._replace(query="").geturl() == f"{PAGE}/verified#/done"
    found = dict(parse_qsl(target.query))
    assert found.pop("a") == "1"
    return found


def test_link_completes_the_sign_up(browser: Browser, other_browser: Browser, emulator: Emulator, api: Api) -> None:
    made = start(browser)
    shown = made["verifications"]["email_address"]
    assert (shown["object"], shown["strategy"], shown["attempts"], shown["next_action"]) == (
        "verification_email_link",
        "email_link",
        None,
        "needs_attempt",
    )
    before = len(emulator.events)
    found = open_link(other_browser, last_link(emulator, EMAIL), known=False)
    polled = browser.get(f"/client/sign_ups/{made['id']}")
    assert polled["status"] == "complete"
    assert found == {"__clerk_status": "verified", "__clerk_created_session": polled["created_session_id"]}
    assert [one["type"] for one in emulator.events[before:]] == ["user.created", "session.created"]
    # The session belongs to the browser that has signed up.
    assert browser.get("/client")["last_active_session_id"] == polled["created_session_id"]
    assert other_browser.get("/client") is None
    address = api.get(f"/users/{polled['created_user_id']}")["email_addresses"][0]
    assert address["verification"]["strategy"] == "email_link"


def test_link_of_an_incomplete_sign_up_verifies_only(browser: Browser, emulator: Emulator) -> None:
    change_attribute(emulator, "username", required=True)
    made = start(browser)
    assert open_link(browser, last_link(emulator, EMAIL)) == {"__clerk_status": "verified"}
    polled = browser.get(f"/client/sign_ups/{made['id']}")
    assert (polled["status"], polled["unverified_fields"]) == ("missing_requirements", [])


def test_link_works_once_and_for_ten_minutes(browser: Browser, emulator: Emulator) -> None:
    emulator.clock.freeze()
    change_attribute(emulator, "username", required=True)
    made = start(browser)
    link = last_link(emulator, EMAIL)
    emulator.clock.advance(599)
    assert open_link(browser, link) == {"__clerk_status": "verified"}
    assert open_link(browser, link) == {"__clerk_status": "failed"}
    emulator.clock.advance(1)
    assert open_link(browser, link) == {"__clerk_status": "expired"}
    refused = browser.refused(
        "POST",
        f"/client/sign_ups/{made['id']}/prepare_verification",
        {"strategy": "email_link", "redirect_url": TARGET},
    )
    assert (refused.status, refused.codes) == (400, ["verification_already_verified"])


def test_replaced_link_fails(browser: Browser, emulator: Emulator) -> None:
    made = start(browser)
    old = last_link(emulator, EMAIL)
    browser.post(
        f"/client/sign_ups/{made['id']}/prepare_verification", {"strategy": "email_link", "redirect_url": TARGET}
    )
    assert open_link(browser, old) == {"__clerk_status": "failed"}
    assert open_link(browser, last_link(emulator, EMAIL))["__clerk_status"] == "verified"


def test_link_of_a_changed_address_fails(browser: Browser, emulator: Emulator) -> None:
    made = start(browser)
    link = last_link(emulator, EMAIL)
    browser.patch(f"/client/sign_ups/{made['id']}", {"email_address": "other@example.com"})
    assert open_link(browser, link) == {"__clerk_status": "failed"}


def test_another_browser_is_refused_where_the_same_is_required(
    browser: Browser, other_browser: Browser, emulator: Emulator
) -> None:
    change(emulator, email_link_requires_same_client=True)
    start(browser)
    link = last_link(emulator, EMAIL)
    assert open_link(other_browser, link) == {"__clerk_status": "client_mismatch"}
    assert open_link(browser, link)["__clerk_status"] == "verified"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://evil.example/", "redirect_url_not_associated_with_instance"),
        ("//evil.example/", "invalid_redirect_url"),
        ("javascript:alert(1)", "invalid_redirect_url"),
        ("https://localhost@evil.example/", "invalid_redirect_url"),
        ("/relative", "invalid_redirect_url"),
        ("", "form_param_missing"),
    ],
)
def test_link_leads_only_to_applications(browser: Browser, emulator: Emulator, url: str, code: str) -> None:
    body = {"email_address": EMAIL, "password": PASSWORD, "strategy": "email_link", "redirect_url": url}
    refused = browser.refused("POST", "/client/sign_ups", body)
    assert (refused.status, refused.codes, refused.params) == (422, [code], ["redirect_url"])
    assert emulator.events == []


def test_forged_tokens_are_refused(browser: Browser, emulator: Emulator) -> None:
    keys = emulator._state.keys
    foreign = jwts.sign(keys, {"st": "email_link", "flow": "nope", "sid": "sua_1", "rurl": "https://evil.example"})
    other_type = jwts.sign(keys, {"st": "invitation", "sid": "inv_1", "rurl": "https://evil.example"})
    for token in ("", "x", "a.b.c", foreign, other_type):
        refused = browser.refused("GET", "/verify", token=token)
        assert (refused.status, refused.codes) == (400, ["verification_link_token_invalid"])
    refused = browser.refused("GET", "/verify")
    assert (refused.status, refused.params) == (400, ["token"])
