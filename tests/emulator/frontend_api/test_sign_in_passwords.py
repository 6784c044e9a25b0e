from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator import jwts
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.conftest import PASSWORD

SIGN_INS = "/client/sign_ins"


@pytest.mark.parametrize("identifier", ["ada@example.com", " ADA@example.com", "+1 (555) 123-0001", "Ada_Lovelace"])
def test_password_after_identifier_signs_in(
    emulator: Emulator, browser: Browser, ada: Json, api: Api, identifier: str
) -> None:
    started = browser.post(SIGN_INS, {"identifier": identifier, "locale": "en-US", "timezone": "Europe/London"})
    assert started["status"] == "needs_first_factor"
    assert started["identifier"] == identifier
    assert {"strategy": "password"} in started["supported_first_factors"]
    assert started["user_data"]["first_name"] == "Ada"
    assert browser.client is not None
    assert browser.client["sign_in"]["id"] == started["id"]
    done = browser.post(
        f"{SIGN_INS}/{started['id']}/attempt_first_factor", {"strategy": "password", "password": PASSWORD}
    )
    assert done["status"] == "complete"
    assert done["first_factor_verification"]["status"] == "verified"
    assert (done["supported_first_factors"], done["supported_second_factors"]) == (None, None)
    assert browser.client["sign_in"] is None
    assert browser.client["last_authentication_strategy"] == "password"
    session = browser.session
    assert done["created_session_id"] == session["id"]
    assert session["user"]["id"] == ada["id"]
    assert "private_metadata" not in session["user"]
    claims = jwts.verified(api, session["last_active_token"]["jwt"])
    assert (claims["sub"], claims["sid"], claims["azp"]) == (ada["id"], session["id"], PAGE)
    assert [event["type"] for event in emulator.events] == ["user.created", "session.created"]


def test_password_with_identifier_signs_in_at_once(browser: Browser, ada: Json) -> None:
    assert browser.sign_in("ada@example.com", PASSWORD)["user"]["id"] == ada["id"]


def test_wrong_password_is_refused_and_counted(browser: Browser, ada: Json, api: Api) -> None:
    started = browser.post(SIGN_INS, {"identifier": "ada@example.com"})
    attempt = f"{SIGN_INS}/{started['id']}/attempt_first_factor"
    found = browser.refused("POST", attempt, {"strategy": "password", "password": "wrong"})
    assert (found.status, found.codes, found.params) == (422, ["form_password_incorrect"], ["password"])
    assert api.get(f"/users/{ada['id']}")["verification_attempts_remaining"] == 9
    assert browser.client is not None
    assert browser.client["sign_in"]["id"] == started["id"]
    browser.post(attempt, {"strategy": "password", "password": PASSWORD})
    assert api.get(f"/users/{ada['id']}")["verification_attempts_remaining"] == 10


def test_ten_wrong_passwords_lock_the_user_for_an_hour(
    emulator: Emulator, browser: Browser, ada: Json, api: Api
) -> None:
    body = {"identifier": "ada@example.com", "password": "wrong"}
    for _ in range(9):
        assert browser.refused("POST", SIGN_INS, body).codes == ["form_password_incorrect"]
    assert browser.refused("POST", SIGN_INS, body).codes == ["user_locked"]
    found = browser.refused("POST", SIGN_INS, {**body, "password": PASSWORD})
    assert (found.status, found.codes) == (403, ["user_locked"])
    assert found.errors[0][1]["lockout_expires_in_seconds"] in (3599, 3600)
    assert api.get(f"/users/{ada['id']}")["locked"]
    emulator.clock.advance(3601)
    assert browser.sign_in("ada@example.com", PASSWORD)["status"] == "active"


def test_unknown_identifier_is_reported(browser: Browser) -> None:
    found = browser.refused("POST", SIGN_INS, {"identifier": "nobody@example.com"})
    assert (found.status, found.codes, found.params) == (422, ["form_identifier_not_found"], ["identifier"])
