from __future__ import annotations

import pyotp
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import messages
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.settings import change

SIGN_INS = "/client/sign_ins"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def secured(api: Api, ada: Json) -> Json:
    """A user with an authenticator app, a backup code, and a phone number as second factors."""
    api.patch(f"/users/{ada['id']}", {"totp_secret": SECRET, "backup_codes": ["backup-1", "backup-2"]})
    phone = ada["primary_phone_number_id"]
    api.patch(f"/phone_numbers/{phone}", {"reserved_for_second_factor": True})
    user: Json = api.get(f"/users/{ada['id']}")
    return user


def begin(browser: Browser) -> Json:
    """Verify the password, and return the sign-in."""
    started: Json = browser.post(SIGN_INS, {"identifier": "ada@example.com", "password": PASSWORD})
    return started


def code_now(emulator: Emulator) -> str:
    return pyotp.TOTP(SECRET).at(int(emulator.clock.time()))


def test_user_with_second_factor_needs_it(browser: Browser, secured: Json) -> None:
    started = begin(browser)
    assert started["status"] == "needs_second_factor"
    assert started["supported_second_factors"] == [
        {"strategy": "totp"},
        {
            "strategy": "phone_code",
            "safe_identifier": "+*********01",
            "phone_number_id": secured["primary_phone_number_id"],
            "primary": True,
            "default": True,
        },
        {"strategy": "backup_code"},
    ]
    assert browser.client is not None
    assert browser.client["sessions"] == []


def test_authenticator_app_signs_in(emulator: Emulator, browser: Browser, secured: Json) -> None:
    path = f"{SIGN_INS}/{begin(browser)['id']}/attempt_second_factor"
    found = browser.refused("POST", path, {"strategy": "totp", "code": "1"})
    assert (found.status, found.codes, found.params) == (422, ["form_code_incorrect"], ["code"])
    done = browser.post(path, {"strategy": "totp", "code": code_now(emulator)})
    assert done["status"] == "complete"
    assert done["second_factor_verification"]["strategy"] == "totp"
    assert browser.session["factor_verification_age"] == [0, 0]


def test_backup_code_works_once(browser: Browser, other_browser: Browser, secured: Json) -> None:
    body = {"strategy": "backup_code", "code": "backup-1"}
    assert browser.post(f"{SIGN_INS}/{begin(browser)['id']}/attempt_second_factor", body)["status"] == "complete"
    path = f"{SIGN_INS}/{begin(other_browser)['id']}/attempt_second_factor"
    assert other_browser.refused("POST", path, body).codes == ["form_code_incorrect"]
    assert other_browser.post(path, {**body, "code": "backup-2"})["status"] == "complete"


def test_text_message_signs_in(emulator: Emulator, browser: Browser, secured: Json) -> None:
    path = f"{SIGN_INS}/{begin(browser)['id']}"
    body = {"strategy": "phone_code", "phone_number_id": secured["primary_phone_number_id"]}
    prepared = browser.post(f"{path}/prepare_second_factor", body)
    assert prepared["second_factor_verification"]["status"] == "unverified"
    assert messages.sent(emulator)[-1]["to_phone_number"] == "+15551230001"
    body = {"strategy": "phone_code", "code": messages.last_code(emulator)}
    assert browser.post(f"{path}/attempt_second_factor", body)["status"] == "complete"


def test_text_message_must_be_sent_first(browser: Browser, secured: Json) -> None:
    path = f"{SIGN_INS}/{begin(browser)['id']}/attempt_second_factor"
    found = browser.refused("POST", path, {"strategy": "phone_code", "code": "123456"})
    assert found.codes == ["verification_missing"]


@pytest.mark.parametrize("strategy", ["email_code", "totp"])
def test_second_factor_that_the_user_does_not_have_is_refused(
    browser: Browser, api: Api, ada: Json, strategy: str
) -> None:
    api.patch(f"/phone_numbers/{ada['primary_phone_number_id']}", {"reserved_for_second_factor": True})
    path = f"{SIGN_INS}/{begin(browser)['id']}/attempt_second_factor"
    found = browser.refused("POST", path, {"strategy": strategy, "code": "123456"})
    assert (found.status, found.codes) == (400, ["strategy_for_user_invalid"])


def test_second_factor_before_the_first_is_refused(browser: Browser, secured: Json) -> None:
    started = browser.post(SIGN_INS, {"identifier": "ada@example.com"})
    body = {"strategy": "backup_code", "code": "backup-1"}
    found = browser.refused("POST", f"{SIGN_INS}/{started['id']}/attempt_second_factor", body)
    assert (found.status, found.codes) == (400, ["client_state_invalid"])


def test_second_factor_that_was_removed_meanwhile_is_reported(browser: Browser, api: Api, secured: Json) -> None:
    path = f"{SIGN_INS}/{begin(browser)['id']}/attempt_second_factor"
    api.delete(f"/users/{secured['id']}/mfa")
    found = browser.refused("POST", path, {"strategy": "backup_code", "code": "backup-1"})
    assert (found.status, found.codes) == (400, ["no_second_factors"])


def test_wrong_second_factors_lock_the_user(browser: Browser, secured: Json) -> None:
    path = f"{SIGN_INS}/{begin(browser)['id']}/attempt_second_factor"
    codes = [browser.refused("POST", path, {"strategy": "totp", "code": "1"}).codes for _ in range(10)]
    assert codes == [["form_code_incorrect"]] * 9 + [["user_locked"]]


def test_new_browser_confirms_a_password_with_client_trust(
    emulator: Emulator, browser: Browser, other_browser: Browser, ada: Json
) -> None:
    change(emulator, client_trust=True)
    started = begin(browser)
    assert (started["status"], started["client_trust_state"]) == ("needs_client_trust", "new")
    assert [one["strategy"] for one in started["supported_second_factors"]] == ["email_code", "phone_code"]
    path = f"{SIGN_INS}/{started['id']}"
    browser.post(f"{path}/prepare_second_factor", {"strategy": "email_code"})
    body = {"strategy": "email_code", "code": messages.last_code(emulator)}
    assert browser.post(f"{path}/attempt_second_factor", body)["status"] == "complete"
    assert browser.session["factor_verification_age"] == [0, -1]
    emulator.end_session(browser.session["id"])
    assert (begin(browser)["status"], begin(other_browser)["status"]) == ("complete", "needs_client_trust")


def test_client_trust_can_be_bypassed_for_a_user(emulator: Emulator, browser: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"bypass_client_trust": True})
    change(emulator, client_trust=True)
    assert begin(browser)["status"] == "complete"
