from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import messages
from tests.emulator.frontend_api.browser import Browser

SIGN_INS = "/client/sign_ins"


def begin(browser: Browser, identifier: str = "ada@example.com") -> str:
    """Begin a sign-in with an identifier, and return its path."""
    return f"{SIGN_INS}/{browser.post(SIGN_INS, {'identifier': identifier})['id']}"


def attempt(code: str, strategy: str = "email_code") -> Json:
    return {"strategy": strategy, "code": code}


@pytest.mark.parametrize(
    ("strategy", "kind", "identifier"),
    [("email_code", "email_address", "ada@example.com"), ("phone_code", "phone_number", "+15551230001")],
)
def test_sent_code_signs_in(
    emulator: Emulator, browser: Browser, ada: Json, strategy: str, kind: str, identifier: str
) -> None:
    path = begin(browser, identifier)
    factors = browser.get(path)["supported_first_factors"]
    factor = next(one for one in factors if one["strategy"] == strategy)
    assert (factor["safe_identifier"], factor["primary"]) == (identifier, True)
    prepared = browser.post(f"{path}/prepare_first_factor", {"strategy": strategy, f"{kind}_id": factor[f"{kind}_id"]})
    verification = prepared["first_factor_verification"]
    assert (verification["status"], verification["attempts"]) == ("unverified", 0)
    assert verification["expire_at"] == pytest.approx(emulator.clock.now() + 600_000, abs=5000)
    (message,) = messages.sent(emulator)
    assert message.get("to_email_address", message.get("to_phone_number")) == identifier
    done = browser.post(f"{path}/attempt_first_factor", attempt(messages.last_code(emulator), strategy))
    assert (done["status"], done["first_factor_verification"]["attempts"]) == ("complete", 1)
    assert browser.client is not None
    assert browser.client["last_authentication_strategy"] == strategy


def test_other_identifiers_are_masked(browser: Browser, ada: Json) -> None:
    factors = browser.get(begin(browser, "ada_lovelace"))["supported_first_factors"]
    assert {one["strategy"]: one.get("safe_identifier") for one in factors} == {
        "password": None,
        "phone_code": "+*********01",
        "email_code": "a****@e****.com",
        "reset_password_email_code": "a****@e****.com",
        "reset_password_phone_code": "+*********01",
    }


def test_create_with_strategy_sends_the_code_at_once(emulator: Emulator, browser: Browser, ada: Json) -> None:
    started = browser.post(SIGN_INS, {"identifier": "ada@example.com", "strategy": "email_code"})
    assert started["first_factor_verification"]["status"] == "unverified"
    assert len(messages.sent(emulator)) == 1


def test_code_goes_to_what_was_typed(emulator: Emulator, browser: Browser, api: Api, ada: Json) -> None:
    api.post("/email_addresses", {"user_id": ada["id"], "email_address": "ada@work.example", "verified": True})
    browser.post(SIGN_INS, {"identifier": "ada@work.example", "strategy": "email_code"})
    assert messages.sent(emulator)[-1]["to_email_address"] == "ada@work.example"


@pytest.mark.parametrize(
    ("strategy", "body"),
    [
        ("email_code", {"email_address": ["test+clerk_test@example.com"]}),
        ("phone_code", {"phone_number": ["+12015550142"]}),
    ],
)
def test_identifiers_for_tests_take_the_fixed_code(
    emulator: Emulator, browser: Browser, api: Api, strategy: str, body: Json
) -> None:
    api.post("/users", {**body, "skip_password_requirement": True})
    ((identifier,),) = body.values()
    started = browser.post(SIGN_INS, {"identifier": identifier, "strategy": strategy})
    done = browser.post(f"{SIGN_INS}/{started['id']}/attempt_first_factor", attempt("424242", strategy))
    assert done["status"] == "complete"
    # Clerk sends nothing to them. That it records the event nevertheless is assumed.
    assert [one["data"]["otp_code"] for one in messages.sent(emulator)] == ["424242"]


def test_fixed_code_is_wrong_without_test_mode(emulator: Emulator, browser: Browser, api: Api) -> None:
    api.patch("/instance", {"test_mode": False})
    api.post("/users", {"email_address": ["test+clerk_test@example.com"], "skip_password_requirement": True})
    started = browser.post(SIGN_INS, {"identifier": "test+clerk_test@example.com", "strategy": "email_code"})
    found = browser.refused("POST", f"{SIGN_INS}/{started['id']}/attempt_first_factor", attempt("424242"))
    assert found.codes == ["form_code_incorrect"]
    assert len(messages.sent(emulator)) == 1


def test_wrong_code_can_be_corrected(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = begin(browser)
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    code = messages.last_code(emulator)
    found = browser.refused("POST", f"{path}/attempt_first_factor", attempt(messages.wrong(code)))
    assert (found.status, found.codes, found.params) == (422, ["form_code_incorrect"], ["code"])
    assert browser.get(path)["first_factor_verification"]["attempts"] == 1
    assert browser.post(f"{path}/attempt_first_factor", attempt(code))["status"] == "complete"


def test_code_fails_after_five_wrong_ones(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = begin(browser)
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    code = messages.last_code(emulator)
    found = [
        browser.refused("POST", f"{path}/attempt_first_factor", attempt(messages.wrong(code))).codes for _ in range(5)
    ]
    assert found == [["form_code_incorrect"]] * 4 + [["verification_failed"]]
    assert browser.refused("POST", f"{path}/attempt_first_factor", attempt(code)).codes == ["verification_failed"]
    assert browser.get(path)["first_factor_verification"]["status"] == "failed"
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    assert browser.post(f"{path}/attempt_first_factor", attempt(messages.last_code(emulator)))["status"] == "complete"


def test_code_expires_after_ten_minutes(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = begin(browser)
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    emulator.clock.advance(600)
    assert browser.get(path)["first_factor_verification"]["status"] == "expired"
    found = browser.refused("POST", f"{path}/attempt_first_factor", attempt(messages.last_code(emulator)))
    assert (found.status, found.codes) == (400, ["verification_expired"])


def test_code_can_be_sent_again_after_thirty_seconds(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = begin(browser)
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    response = browser.send("POST", f"{path}/prepare_first_factor", body={"strategy": "email_code"})
    assert response.status_code == 429
    assert response.json()["errors"][0]["code"] == "verification_code_too_many_requests"
    assert 0 < int(response.headers["Retry-After"]) <= 30
    old = messages.last_code(emulator)
    emulator.clock.advance(30)
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    if old != messages.last_code(emulator):
        assert browser.refused("POST", f"{path}/attempt_first_factor", attempt(old)).codes == ["form_code_incorrect"]


def test_attempt_without_a_code_that_was_sent_is_refused(browser: Browser, ada: Json) -> None:
    found = browser.refused("POST", f"{begin(browser)}/attempt_first_factor", attempt("123456"))
    assert (found.status, found.codes) == (400, ["verification_missing"])


def test_code_of_another_strategy_does_not_count(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = begin(browser)
    browser.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
    body = attempt(messages.last_code(emulator), "phone_code")
    assert browser.refused("POST", f"{path}/attempt_first_factor", body).codes == ["verification_missing"]


@pytest.mark.parametrize("step", ["prepare_first_factor", "attempt_first_factor"])
def test_strategy_that_the_user_does_not_have_is_refused(browser: Browser, api: Api, step: str) -> None:
    api.post("/users", {"username": "no_contacts", "password": "correct horse battery staple"})
    path = begin(browser, "no_contacts")
    found = browser.refused("POST", f"{path}/{step}", {"strategy": "oauth_google", "code": "1"})
    assert (found.status, found.codes, found.params) == (400, ["strategy_for_user_invalid"], ["strategy"])


def test_identification_of_another_user_is_refused(browser: Browser, api: Api, ada: Json) -> None:
    other = api.post("/users", {"email_address": ["bob@example.com"], "skip_password_requirement": True})
    body = {"strategy": "email_code", "email_address_id": other["primary_email_address_id"]}
    found = browser.refused("POST", f"{begin(browser)}/prepare_first_factor", body)
    assert (found.codes, found.params) == (["form_resource_not_found"], ["email_address_id"])


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        ({}, "form_param_missing", "strategy"),
        ({"strategy": "password"}, "form_param_missing", "password"),
        ({"strategy": "email_code"}, "form_param_missing", "code"),
    ],
)
def test_missing_parameters_are_reported(browser: Browser, ada: Json, body: Json, code: str, name: str) -> None:
    found = browser.refused("POST", f"{begin(browser)}/attempt_first_factor", body)
    assert (found.status, found.codes, found.params) == (422, [code], [name])
