"""The user's email addresses and phone numbers through the Frontend API."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.contacts import email_links
from clerk_emulator.storage.settings import AUTHENTICATION
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.people import change_attribute, change_settings

EMAIL, NUMBER = "augusta+clerk_test@example.com", "+15555550123"


def add_email(browser: Browser, address: str = EMAIL) -> str:
    """Add an email address, and return its path."""
    return f"/me/email_addresses/{browser.post('/me/email_addresses/', {'email_address': address})['id']}"


def add_number(browser: Browser, *, verified: bool = True, number: str = NUMBER) -> str:
    """Add a phone number, and return its path."""
    path = f"/me/phone_numbers/{browser.post('/me/phone_numbers/', {'phone_number': number})['id']}"
    if verified:
        browser.post(f"{path}/prepare_verification", {"strategy": "phone_code"})
        browser.post(f"{path}/attempt_verification", {"code": "424242"})
    return path


def open_link(emulator: Emulator, url: str) -> str:
    """Open a link from an email in another browser, and return the status with which it leads back."""
    state = emulator._state
    (token,) = parse_qs(urlsplit(url).query)["token"]
    with state.store.transaction():
        return email_links.visit(state.store, email_links.read(state.keys, token), None).status


def test_new_address_is_not_verified(admin: Browser, api: Api, ada: Json) -> None:
    path = add_email(admin)
    address = admin.get(path)
    assert (address["email_address"], address["verification"]) == (EMAIL, None)
    assert [one["email_address"] for one in admin.get("/me/email_addresses")] == ["ada@example.com", EMAIL]
    user = api.get(f"/users/{ada['id']}")
    assert [one["email_address"] for one in user["email_addresses"]] == ["ada@example.com", EMAIL]


def test_code_verifies_an_address(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    path = add_email(admin)
    prepared = admin.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    assert (prepared["verification"]["status"], prepared["verification"]["attempts"]) == ("unverified", 0)
    email = emulator.events[-1]["data"]
    assert (email["slug"], email["to_email_address"], email["data"]["otp_code"]) == (
        "verification_code",
        EMAIL,
        "424242",
    )
    verified = admin.post(f"{path}/attempt_verification", {"code": "424242"})
    assert (verified["verification"]["status"], verified["verification"]["strategy"]) == ("verified", "email_code")
    stored = api.get(f"/users/{ada['id']}")["email_addresses"][1]
    assert stored["verification"]["status"] == "verified"
    assert admin.session["user"]["email_addresses"][1]["verification"]["status"] == "verified"
    for action, body in (("prepare", {"strategy": "email_code"}), ("attempt", {"code": "424242"})):
        problem = admin.refused("POST", f"{path}/{action}_verification", body)
        assert (problem.status, problem.codes) == (400, ["verification_already_verified"])


def test_code_of_other_addresses_is_random(emulator: Emulator, admin: Browser) -> None:
    path = add_email(admin, "augusta@example.com")
    admin.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    code = emulator.events[-1]["data"]["data"]["otp_code"]
    wrong = "000000" if code != "000000" else "111111"
    assert admin.refused("POST", f"{path}/attempt_verification", {"code": wrong}).codes == ["form_code_incorrect"]
    assert admin.post(f"{path}/attempt_verification", {"code": code})["verification"]["attempts"] == 2


def test_codes_are_not_shown(admin: Browser, api: Api, ada: Json) -> None:
    path = add_email(admin)
    prepared = admin.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    stored = api.get(f"/users/{ada['id']}")["email_addresses"][1]
    for verification in (prepared["verification"], stored["verification"]):
        assert set(verification) == {"object", "status", "strategy", "attempts", "expire_at"}


def test_wrong_codes_are_counted_until_the_verification_fails(admin: Browser) -> None:
    path = add_email(admin)
    assert admin.refused("POST", f"{path}/attempt_verification", {"code": "1"}).codes == ["verification_missing"]
    admin.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    for count in range(1, 5):
        problem = admin.refused("POST", f"{path}/attempt_verification", {"code": "000000"})
        assert (problem.status, problem.codes, problem.params) == (422, ["form_code_incorrect"], ["code"])
        assert admin.get(path)["verification"]["attempts"] == count
    for code in ("000000", "424242"):
        problem = admin.refused("POST", f"{path}/attempt_verification", {"code": code})
        assert (problem.status, problem.codes) == (400, ["verification_failed"])
    admin.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    assert admin.post(f"{path}/attempt_verification", {"code": "424242"})["verification"]["status"] == "verified"


def test_code_expires(emulator: Emulator, admin: Browser) -> None:
    path = add_email(admin)
    admin.post(f"{path}/prepare_verification", {"strategy": "email_code"})
    emulator.clock.advance(601)
    problem = admin.refused("POST", f"{path}/attempt_verification", {"code": "424242"})
    assert (problem.status, problem.codes) == (400, ["verification_expired"])


def test_codes_are_not_sent_too_often(emulator: Emulator, admin: Browser) -> None:
    path = add_number(admin, verified=False)
    admin.post(f"{path}/prepare_verification", {"strategy": "phone_code"})
    response = admin.send("POST", f"{path}/prepare_verification", {}, {"strategy": "phone_code"})
    assert response.json()["errors"][0]["code"] == "verification_code_too_many_requests"
    assert (response.status_code, response.headers["retry-after"]) == (429, "30")
    emulator.clock.advance(31)
    admin.post(f"{path}/prepare_verification", {"strategy": "phone_code"})


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("nobody", 422, "form_param_format_invalid"),
        ("grace@example.com", 422, "form_identifier_exists"),
        ("ada@blocked.test", 403, "not_allowed_access"),
    ],
)
def test_invalid_addresses_are_rejected(admin: Browser, api: Api, address: str, status: int, code: str) -> None:
    api.user(email_address=["grace@example.com"])
    api.post("/blocklist_identifiers", {"identifier": "blocked.test"})
    api.patch("/instance/restrictions", {"blocklist": True})
    problem = admin.refused("POST", "/me/email_addresses", {"email_address": address})
    assert (problem.status, problem.codes) == (status, [code])


def test_other_strategies_are_refused(admin: Browser) -> None:
    path = add_email(admin)
    problem = admin.refused("POST", f"{path}/prepare_verification", {"strategy": "enterprise_sso"})
    assert (problem.status, problem.codes, problem.params) == (400, ["verification_strategy_invalid"], ["strategy"])


def test_disabled_kinds_cannot_be_added(emulator: Emulator, admin: Browser) -> None:
    change_attribute(emulator, "phone_number", enabled=False)
    problem = admin.refused("POST", "/me/phone_numbers", {"phone_number": NUMBER})
    assert (problem.status, problem.codes) == (422, ["form_param_unknown"])


def test_unverified_addresses_are_limited(admin: Browser) -> None:
    for number in range(10):
        add_email(admin, f"a{number}@example.com")
    problem = admin.refused("POST", "/me/email_addresses", {"email_address": "b@example.com"})
    assert (problem.status, problem.codes) == (400, ["too_many_unverified_identifications"])


def test_address_is_deleted(admin: Browser, api: Api, ada: Json) -> None:
    path = add_email(admin)
    deleted = admin.delete(path)
    assert (deleted["object"], deleted["deleted"]) == ("email_address", True)
    assert len(api.get(f"/users/{ada['id']}")["email_addresses"]) == 1
    assert admin.refused("GET", path).status == 404


def test_last_required_address_stays(emulator: Emulator, admin: Browser, ada: Json) -> None:
    path = f"/me/email_addresses/{ada['email_addresses'][0]['id']}"
    problem = admin.refused("DELETE", path)
    assert (problem.status, problem.codes) == (400, ["last_required_identification_deletion_failed"])
    change_attribute(emulator, "email_address", required=False)
    admin.delete(path)
    admin.patch("/me", {"username": ""})
    problem = admin.refused("DELETE", f"/me/phone_numbers/{ada['phone_numbers'][0]['id']}")
    assert (problem.status, problem.codes) == (400, ["identification_deletion_failed"])


def test_addresses_of_others_are_not_found(admin: Browser, api: Api) -> None:
    grace = api.user(email_address=["grace@example.com"])
    path = f"/me/email_addresses/{grace['email_addresses'][0]['id']}"
    for problem in (
        admin.refused("GET", path),
        admin.refused("DELETE", path),
        admin.refused("POST", f"{path}/prepare_verification", {"strategy": "email_code"}),
    ):
        assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_number_is_added_verified_and_deleted(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    path = add_number(admin)
    assert admin.get(path)["verification"]["status"] == "verified"
    assert [one["phone_number"] for one in admin.get("/me/phone_numbers")] == ["+15551230001", NUMBER]
    (sms,) = [one["data"] for one in emulator.events if one["type"] == "sms.created"]
    assert sms["to_phone_number"] == NUMBER
    admin.delete(path)
    assert len(api.get(f"/users/{ada['id']}")["phone_numbers"]) == 1


def test_number_becomes_a_second_factor_with_backup_codes(admin: Browser, api: Api, ada: Json) -> None:
    path = add_number(admin)
    reserved = admin.patch(path, {"reserved_for_second_factor": "true"})
    assert (reserved["reserved_for_second_factor"], reserved["default_second_factor"]) == (True, True)
    assert len(set(reserved["backup_codes"])) == 10
    user = api.get(f"/users/{ada['id']}")
    assert (user["two_factor_enabled"], user["backup_code_enabled"]) == (True, True)
    code = {"code": reserved["backup_codes"][0]}
    assert api.post(f"/users/{ada['id']}/verify_totp", code)["code_type"] == "backup_code"
    assert admin.get(path)["backup_codes"] is None
    assert not admin.patch(path, {"reserved_for_second_factor": "false"})["reserved_for_second_factor"]


def test_another_number_becomes_the_default_second_factor(admin: Browser) -> None:
    first, second = add_number(admin), add_number(admin, number="+15555550124")
    for path in (first, second):
        admin.patch(path, {"reserved_for_second_factor": "true"})
    assert (admin.get(first)["default_second_factor"], admin.get(second)["default_second_factor"]) == (True, False)
    admin.patch(second, {"default_second_factor": "true"})
    assert (admin.get(first)["default_second_factor"], admin.get(second)["default_second_factor"]) == (False, True)


def test_second_factors_must_be_verified_and_reserved(admin: Browser) -> None:
    unverified = add_number(admin, verified=False)
    problem = admin.refused("PATCH", unverified, {"reserved_for_second_factor": "true"})
    assert (problem.status, problem.codes) == (400, ["identification_update_second_factor_unverified"])
    problem = admin.refused("PATCH", unverified, {"default_second_factor": "true"})
    assert (problem.status, problem.codes) == (400, ["identification_update_failed"])
    body = {"phone_number": "+15555550125", "reserved_for_second_factor": "true"}
    problem = admin.refused("POST", "/me/phone_numbers", body)
    assert (problem.status, problem.codes) == (400, ["identification_create_second_factor_unverified"])


def test_last_second_factor_stays_if_one_is_required(emulator: Emulator, admin: Browser) -> None:
    path = add_number(admin)
    admin.patch(path, {"reserved_for_second_factor": "true"})
    change_settings(emulator, AUTHENTICATION, second_factor_required=True)
    problem = admin.refused("DELETE", path)
    assert (problem.status, problem.codes) == (400, ["second_factor_deletion_not_allowed"])


def test_link_verifies_an_address(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    change_attribute(emulator, "email_address", verifications=["email_code", "email_link"])
    path = add_email(admin)
    body = {"strategy": "email_link", "redirect_url": "http://localhost:3000/done"}
    prepared = admin.post(f"{path}/prepare_verification", body)["verification"]
    assert (prepared["status"], prepared["strategy"], prepared["attempts"]) == ("unverified", "email_link", None)
    problem = admin.refused("POST", f"{path}/attempt_verification", {"code": "424242"})
    assert problem.codes == ["verification_missing"]
    email = emulator.events[-1]["data"]
    assert (email["slug"], email["to_email_address"]) == ("magic_link_user_profile", EMAIL)
    assert open_link(emulator, email["data"]["magic_link"]) == "verified"
    assert admin.get(path)["verification"]["status"] == "verified"
    assert api.get(f"/users/{ada['id']}")["email_addresses"][1]["verification"]["strategy"] == "email_link"
    assert open_link(emulator, email["data"]["magic_link"]) == "failed"


def test_links_lead_to_allowed_origins_only(emulator: Emulator, admin: Browser) -> None:
    path = f"{add_email(admin)}/prepare_verification"
    body = {"strategy": "email_link", "redirect_url": "http://localhost:3000/done"}
    assert admin.refused("POST", path, body).codes == ["verification_strategy_invalid"]
    change_attribute(emulator, "email_address", verifications=["email_code", "email_link"])
    problem = admin.refused("POST", path, {**body, "redirect_url": "https://evil.test/"})
    assert (problem.status, problem.codes) == (422, ["redirect_url_not_associated_with_instance"])
    assert admin.refused("POST", path, {"strategy": "email_link"}).codes == ["form_param_missing"]
