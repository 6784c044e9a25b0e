"""Sign in with a link in an email."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import messages
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.settings import change, change_attribute

SIGN_INS = "/client/sign_ins"
PAGE = "http://localhost:3000/verify?from=mail"
ADDRESS = "ada@example.com"


@pytest.fixture(autouse=True)
def _links(emulator: Emulator) -> None:
    change_attribute(emulator, "email_address", first_factors=["email_link"])


def send_link(browser: Browser) -> str:
    """Have a link sent, and return the path of the sign-in."""
    path = f"{SIGN_INS}/{browser.post(SIGN_INS, {'identifier': ADDRESS})['id']}"
    prepared = browser.post(f"{path}/prepare_first_factor", {"strategy": "email_link", "redirect_url": PAGE})
    verification = prepared["first_factor_verification"]
    assert (verification["status"], verification["strategy"], verification["attempts"]) == (
        "unverified",
        "email_link",
        None,
    )
    return path


def open_link(emulator: Emulator, browser: Browser | None = None) -> dict[str, str]:
    """Open the last link in a browser, and return the query of the page that it leads to."""
    link = messages.last_link(emulator, ADDRESS)
    known = {"__clerk_db_jwt": browser.dev_browser} if browser else {}
    url = httpx.URL(f"{emulator.origin}{link}").copy_merge_params(known)
    response = httpx.get(url, follow_redirects=False, trust_env=False)
    assert response.status_code == 303
    location = response.headers["Location"]
    assert location.startswith(PAGE)
    return dict(parse_qsl(urlsplit(location).query))


@pytest.mark.parametrize("same", [True, False])
def test_link_signs_in_the_browser_that_has_asked(emulator: Emulator, browser: Browser, ada: Json, same: bool) -> None:
    path = send_link(browser)
    query = open_link(emulator, browser if same else None)
    assert (query["from"], query["__clerk_status"]) == ("mail", "verified")
    done = browser.get(path)
    assert done["status"] == "complete"
    assert done["created_session_id"] == query["__clerk_created_session"]
    assert browser.get("/client")["last_active_session_id"] == done["created_session_id"]


def test_link_from_another_browser_is_refused_if_wanted(emulator: Emulator, browser: Browser, ada: Json) -> None:
    change(emulator, email_link_requires_same_client=True)
    path = send_link(browser)
    assert open_link(emulator)["__clerk_status"] == "client_mismatch"
    assert browser.get(path)["status"] == "needs_first_factor"
    assert open_link(emulator, browser)["__clerk_status"] == "verified"


def test_link_expires_after_ten_minutes(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = send_link(browser)
    emulator.clock.advance(600)
    assert open_link(emulator)["__clerk_status"] == "expired"
    assert browser.get(path)["first_factor_verification"]["status"] == "expired"


def test_link_works_once(emulator: Emulator, browser: Browser, ada: Json) -> None:
    send_link(browser)
    assert [open_link(emulator)["__clerk_status"] for _ in range(2)] == ["verified", "failed"]


def test_second_factor_is_still_needed(emulator: Emulator, browser: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/phone_numbers/{ada['primary_phone_number_id']}", {"reserved_for_second_factor": True})
    path = send_link(browser)
    query = open_link(emulator)
    assert (query["__clerk_status"], query.get("__clerk_created_session")) == ("verified", None)
    assert browser.get(path)["status"] == "needs_second_factor"


def test_link_fails_for_a_user_who_was_banned_meanwhile(
    emulator: Emulator, browser: Browser, api: Api, ada: Json
) -> None:
    send_link(browser)
    api.post(f"/users/{ada['id']}/ban")
    assert open_link(emulator)["__clerk_status"] == "failed"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (None, "form_param_missing"),
        ("https://evil.example/", "redirect_url_not_associated_with_instance"),
        ("javascript:alert(1)", "invalid_redirect_url"),
    ],
)
def test_link_leads_to_pages_of_the_application_only(browser: Browser, ada: Json, url: str | None, code: str) -> None:
    path = f"{SIGN_INS}/{browser.post(SIGN_INS, {'identifier': ADDRESS})['id']}/prepare_first_factor"
    body = {"strategy": "email_link", **({"redirect_url": url} if url else {})}
    found = browser.refused("POST", path, body)
    assert (found.status, found.codes, found.params) == (422, [code], ["redirect_url"])
