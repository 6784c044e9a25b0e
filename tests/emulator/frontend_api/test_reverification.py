"""A signed-in user verifies a factor again before something that matters."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.domain.factors import second_factors
from clerk_emulator.domain.reverification import freshness
from clerk_emulator.errors import ClerkAPIError
from clerk_emulator.storage.tables import SESSIONS, USERS
from tests.emulator import jwts
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.messages import last_code, wrong
from tests.emulator.frontend_api.settings import change

SECRET = "JBSWY3DPEHPK3PXP"
OPTIONS = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}


@pytest.fixture
def path(browser: Browser, ada: Json, emulator: Emulator) -> str:
    """The path of Ada's reverification."""
    emulator.clock.freeze()
    session = browser.sign_in("ada@example.com", PASSWORD)
    return f"/client/sessions/{session['id']}/verify"


def totp(emulator: Emulator, user: Json) -> str:
    with emulator._state.store.transaction():
        row = emulator._state.store.require(USERS, user["id"])
    key = second_factors._decode(row["_totp_secret"])
    return second_factors._code_for(key, emulator.clock.now() // 30_000)


def required(emulator: Emulator, path: str) -> bool:
    """Return whether the session has to verify a factor before what matters."""
    store = emulator._state.store
    found: list[tuple[int, str]] = []
    with store.transaction():
        try:
            freshness.require_recent(store, store.require(SESSIONS, path.split("/")[3]))
        except ClerkAPIError as error:
            found.append((error.status, error.errors[0]["code"]))
    assert found in ([], [(403, "session_reverification_required")])
    return bool(found)


@pytest.mark.parametrize(
    ("ages", "recent"),
    [((0, -1), True), ((9, -1), True), ((10, -1), False), ((99, 9), True), ((0, 10), False), ((-1, -1), False)],
)
def test_age_of_the_second_factor_counts_if_there_is_one(ages: tuple[int, int], recent: bool) -> None:
    assert freshness.is_recent(*ages) is recent


def test_factor_is_verified_again_after_ten_minutes(browser: Browser, path: str, emulator: Emulator, api: Api) -> None:
    emulator.clock.advance(9 * 60 + 59)
    assert not required(emulator, path)
    emulator.clock.advance(1)
    assert required(emulator, path)
    assert browser.get(path.removesuffix("/verify"))["factor_verification_age"] == [10, -1]
    started = browser.post(path, {"level": "second_factor"})
    # Ada has no second factor.
    assert (started["object"], started["level"], started["status"]) == (
        "session_reverification",
        "first_factor",
        "needs_first_factor",
    )
    assert [one["strategy"] for one in started["supported_first_factors"]] == ["password", "phone_code", "email_code"]
    assert started["supported_second_factors"] is None
    done = browser.post(f"{path}/attempt_first_factor", {"strategy": "password", "password": PASSWORD})
    assert (done["status"], done["first_factor_verification"]["status"]) == ("complete", "verified")
    assert done["session"]["factor_verification_age"] == [0, -1]
    token = browser.post(path.replace("/verify", "/touch"))["last_active_token"]["jwt"]
    assert jwts.verified(api, token, options=OPTIONS)["fva"] == [0, -1]
    assert not required(emulator, path)


def test_nothing_is_verified_where_it_is_off_or_impossible(path: str, emulator: Emulator, api: Api, ada: Json) -> None:
    emulator.clock.advance(600)
    change(emulator, reverification=False)
    assert not required(emulator, path)
    change(emulator, reverification=True)
    assert required(emulator, path)
    api.post(f"/users/{ada['id']}/remove_password", {})
    for kind in ("email_addresses", "phone_numbers"):
        for one in ada[kind]:
            api.delete(f"/{kind}/{one['id']}")
    assert not required(emulator, path)


@pytest.mark.parametrize(("strategy", "to"), [("email_code", "ada@example.com"), ("phone_code", "+15551230001")])
def test_first_factor_with_a_code(browser: Browser, path: str, emulator: Emulator, strategy: str, to: str) -> None:
    emulator.clock.advance(600)
    browser.post(path, {"level": "first_factor"})
    prepared = browser.post(f"{path}/prepare_first_factor", {"strategy": strategy})
    assert prepared["first_factor_verification"]["status"] == "unverified"
    code = last_code(emulator, to)
    refused = browser.refused("POST", f"{path}/attempt_first_factor", {"strategy": strategy, "code": wrong(code)})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_code_incorrect"], ["code"])
    done = browser.post(f"{path}/attempt_first_factor", {"strategy": strategy, "code": code})
    assert (done["status"], done["first_factor_verification"]["attempts"]) == ("complete", 2)
    assert not required(emulator, path)


def test_code_is_sent_to_the_chosen_address(
    browser: Browser, path: str, emulator: Emulator, api: Api, ada: Json
) -> None:
    second = api.post("/email_addresses", {"user_id": ada["id"], "email_address": "b@example.com", "verified": True})
    foreign = api.user(email_address=["bob@example.com"])["email_addresses"][0]["id"]
    browser.post(path, {"level": "first_factor"})
    prepare = f"{path}/prepare_first_factor"
    browser.post(prepare, {"strategy": "email_code", "email_address_id": second["id"]})
    last_code(emulator, "b@example.com")
    refused = browser.refused("POST", prepare, {"strategy": "email_code", "email_address_id": foreign})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_resource_not_found"], ["email_address_id"])
    refused = browser.refused("POST", prepare, {"strategy": "email_code", "email_address_id": second["id"]})
    assert (refused.status, refused.codes) == (429, ["verification_code_too_many_requests"])
    refused = browser.refused("POST", prepare, {"strategy": "passkey"})
    assert (refused.status, refused.codes) == (400, ["strategy_for_user_invalid"])


def test_both_factors(browser: Browser, path: str, emulator: Emulator, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"totp_secret": SECRET, "backup_codes": ["aaaa1111", "bbbb2222"]})
    phone = ada["phone_numbers"][0]["id"]
    api.patch(f"/phone_numbers/{phone}", {"reserved_for_second_factor": True})
    emulator.clock.advance(600)
    started = browser.post(path, {"level": "multi_factor"})
    assert (started["level"], started["status"]) == ("multi_factor", "needs_first_factor")
    assert [one["strategy"] for one in started["supported_second_factors"]] == ["totp", "phone_code", "backup_code"]
    after = browser.post(f"{path}/attempt_first_factor", {"strategy": "password", "password": PASSWORD})
    assert after["status"] == "needs_second_factor"
    attempt = f"{path}/attempt_second_factor"
    done = browser.post(attempt, {"strategy": "totp", "code": totp(emulator, ada)})
    assert (done["status"], done["session"]["factor_verification_age"]) == ("complete", [0, 0])
    assert done["second_factor_verification"]["strategy"] == "totp"

    emulator.clock.advance(600)
    assert required(emulator, path)
    started = browser.post(path, {"level": "second_factor"})
    assert started["status"] == "needs_second_factor"
    assert browser.post(attempt, {"strategy": "backup_code", "code": "aaaa1111"})["status"] == "complete"
    assert not required(emulator, path)
    browser.post(path, {"level": "second_factor"})
    refused = browser.refused("POST", attempt, {"strategy": "backup_code", "code": "aaaa1111"})
    assert (refused.status, refused.codes) == (422, ["form_code_incorrect"])
    browser.post(f"{path}/prepare_second_factor", {"strategy": "phone_code", "phone_number_id": phone})
    code = last_code(emulator, "+15551230001")
    assert browser.post(attempt, {"strategy": "phone_code", "code": code})["status"] == "complete"


def test_wrong_second_factors(browser: Browser, path: str, emulator: Emulator, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"totp_secret": SECRET})
    browser.post(path, {"level": "second_factor"})
    attempt = f"{path}/attempt_second_factor"
    refused = browser.refused("POST", attempt, {"strategy": "totp", "code": wrong(totp(emulator, ada))})
    assert (refused.status, refused.codes) == (422, ["form_code_incorrect"])
    refused = browser.refused("POST", attempt, {"strategy": "totp", "code": ""})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_param_missing"], ["code"])
    for strategy in ("phone_code", "backup_code"):
        refused = browser.refused("POST", attempt, {"strategy": strategy, "code": "123456"})
        assert (refused.status, refused.codes) == (400, ["strategy_for_user_invalid"])
    refused = browser.refused("POST", f"{path}/prepare_second_factor", {"strategy": "phone_code"})
    assert (refused.status, refused.codes) == (400, ["strategy_for_user_invalid"])


def test_actions_need_a_reverification_in_their_state(browser: Browser, path: str, emulator: Emulator) -> None:
    body = {"strategy": "password", "password": PASSWORD}
    refused = browser.refused("POST", f"{path}/attempt_first_factor", body)
    assert (refused.status, refused.codes) == (400, ["session_reverification_missing"])
    browser.post(path, {"level": "first_factor"})
    refused = browser.refused("POST", f"{path}/attempt_second_factor", {"strategy": "totp", "code": "123456"})
    assert (refused.status, refused.codes) == (400, ["invalid_action_for_session_reverification"])
    refused = browser.refused("POST", f"{path}/attempt_first_factor", {"strategy": "password"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_param_missing"], ["password"])
    refused = browser.refused("POST", f"{path}/attempt_first_factor", {"strategy": "email_code", "code": "123456"})
    assert (refused.status, refused.codes) == (400, ["verification_missing"])
    browser.post(f"{path}/attempt_first_factor", body)
    refused = browser.refused("POST", f"{path}/attempt_first_factor", body)
    assert (refused.status, refused.codes) == (400, ["invalid_action_for_session_reverification"])
    refused = browser.refused("POST", path, {"level": "third"})
    assert (refused.status, refused.params) == (422, ["level"])


def test_wrong_passwords_lock_the_user(browser: Browser, path: str, emulator: Emulator, ada: Json, api: Api) -> None:
    browser.post(path, {"level": "first_factor"})
    body = {"strategy": "password", "password": "not the password"}
    found = [browser.refused("POST", f"{path}/attempt_first_factor", body) for _ in range(11)]
    assert [one.codes for one in found] == [["form_password_incorrect"]] * 9 + [["user_locked"]] * 2
    assert {one.status for one in found} == {422, 403}
    assert api.get(f"/users/{ada['id']}")["locked"] is True
    assert emulator.events[-1]["type"] == "user.updated"
    emulator.clock.advance(3600)
    done = browser.post(f"{path}/attempt_first_factor", {"strategy": "password", "password": PASSWORD})
    assert done["status"] == "complete"
