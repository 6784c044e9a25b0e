"""People sign up with what the instance asks for."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.messages import last_code, wrong
from tests.emulator.frontend_api.settings import change, change_attribute

EMAIL = "grace@example.com"
DAY = 24 * 3600


def start(browser: Browser, **values: object) -> Json:
    made: Json = browser.post("/client/sign_ups", {"email_address": EMAIL, "password": PASSWORD, **values})
    return made


def send_code(browser: Browser, sign_up: Json) -> Json:
    path = f"/client/sign_ups/{sign_up['id']}/prepare_verification"
    prepared: Json = browser.post(path, {"strategy": "email_code"})
    return prepared


def attempt(sign_up: Json) -> str:
    return f"/client/sign_ups/{sign_up['id']}/attempt_verification"


def test_sign_up_with_password_and_code(browser: Browser, emulator: Emulator, api: Api) -> None:
    made = start(browser, first_name="Grace", locale="en-GB", timezone="Europe/London")
    assert (made["object"], made["status"]) == ("sign_up_attempt", "missing_requirements")
    assert (made["missing_fields"], made["unverified_fields"]) == ([], ["email_address"])
    assert (made["has_password"], made["password_enabled"]) == (True, True)
    assert made["verifications"]["email_address"] is None
    assert browser.client is not None
    assert browser.client["sign_up"]["id"] == made["id"]
    prepared = send_code(browser, made)
    verification = prepared["verifications"]["email_address"]
    assert (verification["status"], verification["attempts"], verification["next_action"]) == (
        "unverified",
        0,
        "needs_attempt",
    )
    before = len(emulator.events)
    code = last_code(emulator, EMAIL)
    done = browser.post(attempt(made), {"strategy": "email_code", "code": code})
    assert (done["status"], done["unverified_fields"]) == ("complete", [])
    assert done["verifications"]["email_address"]["next_action"] == ""
    assert [one["type"] for one in emulator.events[before:]] == ["user.created", "session.created"]
    assert browser.client["sign_up"] is None
    assert browser.client["last_active_session_id"] == done["created_session_id"]
    assert browser.client["last_authentication_strategy"] == "password"
    assert browser.session["user"]["id"] == done["created_user_id"]
    user = api.get(f"/users/{done['created_user_id']}")
    assert (user["first_name"], user["locale"], user["password_enabled"]) == ("Grace", "en-GB", True)
    address = user["email_addresses"][0]
    assert (address["email_address"], user["primary_email_address_id"]) == (EMAIL, address["id"])
    assert {name: address["verification"][name] for name in ("status", "strategy", "attempts")} == {
        "status": "verified",
        "strategy": "email_code",
        "attempts": 1,
    }


def test_strategy_prepares_the_code_at_once(browser: Browser, emulator: Emulator) -> None:
    made = start(browser, strategy="email_code")
    assert made["verifications"]["email_address"]["next_action"] == "needs_attempt"
    assert browser.post(attempt(made), {"strategy": "email_code", "code": last_code(emulator, EMAIL)})["status"] == (
        "complete"
    )


def test_test_address_takes_the_test_code(browser: Browser) -> None:
    made = start(browser, email_address="grace+clerk_test@example.com", strategy="email_code")
    assert browser.post(attempt(made), {"strategy": "email_code", "code": "424242"})["status"] == "complete"


def test_sign_up_with_a_phone_number_alone(browser: Browser, emulator: Emulator) -> None:
    change_attribute(emulator, "email_address", required=False)
    change_attribute(emulator, "password", required=False)
    made = browser.post("/client/sign_ups", {"phone_number": "+44 7700 900123"})
    assert (made["phone_number"], made["missing_fields"]) == ("+447700900123", [])
    assert made["verifications"]["phone_number"] is None
    browser.post(f"/client/sign_ups/{made['id']}/prepare_verification", {"strategy": "phone_code"})
    code = last_code(emulator, "+447700900123")
    done = browser.post(attempt(made), {"strategy": "phone_code", "code": code})
    assert done["status"] == "complete"
    assert browser.client is not None
    assert browser.client["last_authentication_strategy"] == "phone_code"


def test_missing_fields_are_added_later(browser: Browser, emulator: Emulator) -> None:
    change_attribute(emulator, "username", required=True)
    made = browser.post("/client/sign_ups", {"email_address": EMAIL, "strategy": "email_code"})
    assert made["missing_fields"] == ["username", "password"]
    browser.post(attempt(made), {"strategy": "email_code", "code": last_code(emulator, EMAIL)})
    changed = browser.patch(f"/client/sign_ups/{made['id']}", {"password": PASSWORD})
    assert (changed["status"], changed["missing_fields"]) == ("missing_requirements", ["username"])
    assert browser.get(f"/client/sign_ups/{made['id']}") == changed
    done = browser.patch(f"/client/sign_ups/{made['id']}", {"username": "Grace_H", "unsafe_metadata": '{"a": 1}'})
    assert done["status"] == "complete"
    assert (browser.session["user"]["username"], browser.session["user"]["unsafe_metadata"]) == ("grace_h", {"a": 1})


def test_changed_address_is_verified_again(browser: Browser, emulator: Emulator) -> None:
    change_attribute(emulator, "username", required=True)
    made = start(browser, strategy="email_code")
    browser.post(attempt(made), {"strategy": "email_code", "code": last_code(emulator, EMAIL)})
    same = browser.patch(f"/client/sign_ups/{made['id']}", {"email_address": EMAIL.upper()})
    assert same["unverified_fields"] == []
    other = browser.patch(f"/client/sign_ups/{made['id']}", {"email_address": "other@example.com"})
    assert other["unverified_fields"] == ["email_address"]
    emptied = browser.patch(f"/client/sign_ups/{made['id']}", {"email_address": ""})
    assert (emptied["email_address"], emptied["missing_fields"]) == (None, ["email_address", "username"])


def test_code_of_a_changed_address_is_outdated(browser: Browser, emulator: Emulator) -> None:
    made = start(browser, strategy="email_code")
    code = last_code(emulator, EMAIL)
    browser.patch(f"/client/sign_ups/{made['id']}", {"email_address": "other@example.com"})
    refused = browser.refused("POST", attempt(made), {"strategy": "email_code", "code": code})
    assert (refused.status, refused.codes) == (410, ["sign_up_outdated_verification"])
    send_code(browser, made)
    new = last_code(emulator, "other@example.com")
    assert browser.post(attempt(made), {"strategy": "email_code", "code": new})["status"] == "complete"


def test_social_providers_are_optional_fields(browser: Browser, emulator: Emulator) -> None:
    change(emulator, social_providers=["google"])
    made = browser.post("/client/sign_ups")
    assert made["required_fields"] == ["email_address", "password"]
    assert made["optional_fields"] == ["phone_number", "username", "first_name", "last_name", "oauth_google"]
    assert made["missing_fields"] == ["email_address", "password"]


def test_either_identifier_is_taken_for_what_it_is(browser: Browser) -> None:
    made = browser.post("/client/sign_ups", {"email_address_or_phone_number": "+447700900123"})
    assert (made["email_address"], made["phone_number"]) == (None, "+447700900123")
    made = browser.post("/client/sign_ups", {"email_address_or_phone_number": EMAIL})
    assert (made["email_address"], made["phone_number"]) == (EMAIL, None)
    assert browser.post("/client/sign_ups", {"email_address_or_phone_number": ""})["email_address"] is None


def test_legal_consent(browser: Browser, emulator: Emulator, api: Api) -> None:
    change(emulator, legal_consent=True)
    now = emulator.clock.freeze()
    change_attribute(emulator, "email_address", verify_at_sign_up=False)
    made = start(browser)
    assert (made["status"], made["missing_fields"]) == ("missing_requirements", ["legal_accepted"])
    refused = browser.refused("PATCH", f"/client/sign_ups/{made['id']}", {"legal_accepted": "false"})
    assert (refused.status, refused.codes, refused.params) == (422, ["legal_not_accepted"], ["legal_accepted"])
    done = browser.patch(f"/client/sign_ups/{made['id']}", {"legal_accepted": "true"})
    assert (done["status"], done["legal_accepted_at"]) == ("complete", now)
    user = api.get(f"/users/{done['created_user_id']}")
    assert user["legal_accepted_at"] == now
    assert user["email_addresses"][0]["verification"] is None


@pytest.mark.parametrize(
    ("values", "status", "code", "parameter"),
    [
        ({"email_address": "grace"}, 422, "form_param_format_invalid", "email_address"),
        ({"email_address": "ada@example.com"}, 422, "form_identifier_exists", "email_address"),
        ({"phone_number": "+15551230001"}, 422, "form_identifier_exists", "phone_number"),
        ({"phone_number": "12"}, 422, "form_param_format_invalid", "phone_number"),
        ({"username": "ada_lovelace"}, 422, "form_identifier_exists", "username"),
        ({"username": "a"}, 422, "form_username_invalid_length", "username"),
        ({"password": "short"}, 422, "form_password_length_too_short", "password"),
        ({"password": "password123"}, 422, "form_password_pwned", "password"),
        ({"password": EMAIL}, 422, "form_password_matches_identifier", "password"),
        ({"web3_wallet": "0x" + "0" * 40}, 422, "form_param_unknown", "web3_wallet"),
        ({"unsafe_metadata": "[]"}, 422, "form_param_value_invalid", "unsafe_metadata"),
        ({"unsafe_metadata": "{"}, 422, "form_param_value_invalid", "unsafe_metadata"),
        ({"unsafe_metadata": "[" * 5000}, 422, "form_param_value_invalid", "unsafe_metadata"),
        ({"locale": "!"}, 422, "form_param_format_invalid", "locale"),
        ({"strategy": "email_link"}, 422, "form_param_missing", "redirect_url"),
        ({"strategy": "phone_code"}, 422, "form_param_nil", "phone_number"),
        ({"strategy": "nope"}, 400, "verification_strategy_invalid", "strategy"),
    ],
)
def test_rejects_invalid_values(
    browser: Browser, ada: Json, values: Json, status: int, code: str, parameter: str
) -> None:
    body = {"email_address": EMAIL, "password": PASSWORD, **values}
    refused = browser.refused("POST", "/client/sign_ups", body)
    assert (refused.status, refused.codes, refused.params) == (status, [code], [parameter])
    assert browser.get("/client") is None


def test_wrong_codes_are_limited(browser: Browser, emulator: Emulator) -> None:
    made = start(browser, strategy="email_code")
    code = last_code(emulator, EMAIL)
    codes = [
        browser.refused("POST", attempt(made), {"strategy": "email_code", "code": wrong(code)}).codes for _ in range(5)
    ]
    assert codes == [["form_code_incorrect"]] * 4 + [["verification_failed"]]
    refused = browser.refused("POST", attempt(made), {"strategy": "email_code", "code": code})
    assert (refused.status, refused.codes) == (400, ["verification_failed"])
    shown = browser.get(f"/client/sign_ups/{made['id']}")["verifications"]["email_address"]
    assert (shown["status"], shown["attempts"], shown["next_action"]) == ("failed", 5, "needs_prepare")


def test_code_expires_and_can_be_sent_again(browser: Browser, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = start(browser, strategy="email_code")
    code = last_code(emulator, EMAIL)
    path = f"/client/sign_ups/{made['id']}/prepare_verification"
    refused = browser.refused("POST", path, {"strategy": "email_code"})
    assert (refused.status, refused.codes) == (429, ["verification_code_too_many_requests"])
    emulator.clock.advance(600)
    refused = browser.refused("POST", attempt(made), {"strategy": "email_code", "code": code})
    assert (refused.status, refused.codes) == (400, ["verification_expired"])
    send_code(browser, made)
    new = last_code(emulator, EMAIL)
    assert browser.post(attempt(made), {"strategy": "email_code", "code": new})["status"] == "complete"


def test_attempt_needs_a_prepared_verification(browser: Browser, emulator: Emulator) -> None:
    change_attribute(emulator, "username", required=True)
    made = start(browser)
    refused = browser.refused("POST", attempt(made), {"strategy": "email_code", "code": "424242"})
    assert (refused.status, refused.codes) == (400, ["verification_missing"])
    send_code(browser, made)
    refused = browser.refused("POST", attempt(made), {"strategy": "email_code"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_param_missing"], ["code"])
    browser.post(attempt(made), {"strategy": "email_code", "code": last_code(emulator, EMAIL)})
    prepare = f"/client/sign_ups/{made['id']}/prepare_verification"
    for path, code in ((attempt(made), {"code": "424242"}), (prepare, {})):
        refused = browser.refused("POST", path, {"strategy": "email_code", **code})
        assert (refused.status, refused.codes) == (400, ["verification_already_verified"])


def test_idle_sign_up_is_abandoned(browser: Browser, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = start(browser)
    emulator.clock.advance(DAY)
    assert browser.get(f"/client/sign_ups/{made['id']}")["status"] == "abandoned"
    refused = browser.refused("PATCH", f"/client/sign_ups/{made['id']}", {"first_name": "Grace"})
    assert (refused.status, refused.codes) == (403, ["sign_up_cannot_be_updated"])


def test_only_the_latest_sign_up_of_the_own_browser_can_be_changed(browser: Browser, other_browser: Browser) -> None:
    old = start(browser)
    start(browser)
    refused = browser.refused("PATCH", f"/client/sign_ups/{old['id']}", {"first_name": "Grace"})
    assert (refused.status, refused.codes) == (403, ["resource_forbidden"])
    assert browser.get(f"/client/sign_ups/{old['id']}")["status"] == "missing_requirements"
    refused = other_browser.refused("GET", f"/client/sign_ups/{old['id']}")
    assert (refused.status, refused.codes) == (401, ["signed_out"])
    other_browser.post("/client")
    refused = other_browser.refused("GET", f"/client/sign_ups/{old['id']}")
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])


def test_identifier_can_be_claimed_by_another_user_meanwhile(browser: Browser, emulator: Emulator, api: Api) -> None:
    made = start(browser, strategy="email_code")
    code = last_code(emulator, EMAIL)
    api.user(email_address=[EMAIL])
    refused = browser.refused("POST", attempt(made), {"strategy": "email_code", "code": code})
    assert (refused.status, refused.codes, refused.params) == (400, ["identification_claimed"], ["email_address"])


def test_signed_in_browser_of_a_single_session_instance_cannot_sign_up(
    browser: Browser, emulator: Emulator, ada: Json
) -> None:
    session = browser.sign_in("ada@example.com", PASSWORD)
    change(emulator, single_session_mode=True)
    refused = browser.refused("POST", "/client/sign_ups", {"email_address": EMAIL})
    assert (refused.status, refused.errors) == (400, [("session_exists", {"session_id": session["id"]})])
    change(emulator, single_session_mode=False)
    start(browser)


def test_blocked_address_cannot_sign_up(browser: Browser, api: Api) -> None:
    api.post("/blocklist_identifiers", {"identifier": "*@example.com"})
    api.patch("/instance/restrictions", {"blocklist": True})
    refused = browser.refused("POST", "/client/sign_ups", {"email_address": EMAIL})
    assert (refused.status, refused.codes) == (403, ["not_allowed_access"])


def test_sign_up_begins_with_tasks(browser: Browser, emulator: Emulator) -> None:
    change(emulator, force_organization_selection=True)
    made = start(browser, strategy="email_code")
    browser.post(attempt(made), {"strategy": "email_code", "code": last_code(emulator, EMAIL)})
    assert (browser.session["status"], browser.session["tasks"]) == ("pending", [{"key": "choose-organization"}])
    assert emulator.events[-1]["type"] == "session.pending"
