from __future__ import annotations

from tests.emulator.api import Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD


def test_new_browser_has_no_client(browser: Browser) -> None:
    assert browser.get("/client") is None


def test_client_can_be_created_without_a_sign_in(browser: Browser) -> None:
    client = browser.post("/client")
    assert (client["object"], client["sessions"], client["sign_in"]) == ("client", [], None)
    assert browser.get("/client")["id"] == client["id"]


def test_client_survives_a_reload(browser: Browser, ada: Json) -> None:
    session = browser.sign_in("ada@example.com", PASSWORD)
    client = browser.get("/client")
    assert client["last_active_session_id"] == session["id"]
    assert [one["id"] for one in client["sessions"]] == [session["id"]]


def test_browsers_do_not_share_clients(browser: Browser, other_browser: Browser, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    assert other_browser.get("/client") is None


def test_client_needs_a_known_dev_browser(browser: Browser) -> None:
    found = browser.refused("GET", "/client", __clerk_db_jwt="dvb_unknown")
    assert (found.status, found.codes) == (401, ["dev_browser_unauthenticated"])
