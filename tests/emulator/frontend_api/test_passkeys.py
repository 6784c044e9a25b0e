"""People register passkeys, and sign in with them."""

from __future__ import annotations

import json
import sys

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import messages
from tests.emulator.frontend_api.authenticator import Authenticator
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.conftest import PASSWORD

SIGN_INS = "/client/sign_ins"
PASSKEYS = "/me/passkeys"


@pytest.fixture(autouse=True)
def _passkeys(emulator: Emulator) -> None:
    emulator.update_settings(attributes={"passkey": {"enabled": True}})


def register(browser: Browser) -> tuple[Authenticator, Json]:
    """Register a passkey for the signed-in user, and return it with its authenticator."""
    pending = browser.post(PASSKEYS)
    authenticator = Authenticator(PAGE)
    credential = authenticator.create(pending["verification"]["nonce"])
    body = {"strategy": "passkey", "public_key_credential": credential}
    return authenticator, browser.post(f"{PASSKEYS}/{pending['id']}/attempt_verification", body)


@pytest.fixture
def authenticator(browser: Browser, ada: Json) -> Authenticator:
    """The authenticator with a passkey of the user, who is signed in."""
    browser.sign_in("ada@example.com", PASSWORD)
    return register(browser)[0]


def ask(browser: Browser, body: Json | None = None) -> tuple[str, str]:
    """Have a challenge made, and return the path of the sign-in and the options for the browser."""
    started = browser.post(SIGN_INS, body or {"strategy": "passkey"})
    path = f"{SIGN_INS}/{started['id']}"
    if body:
        started = browser.post(f"{path}/prepare_first_factor", {"strategy": "passkey"})
    return path, started["first_factor_verification"]["nonce"]


def answer(credential: str) -> Json:
    return {"strategy": "passkey", "public_key_credential": credential}


def test_passkey_is_registered(emulator: Emulator, browser: Browser, api: Api, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    pending = browser.post(PASSKEYS)
    assert pending["verification"]["status"] == "unverified"
    options = json.loads(pending["verification"]["nonce"])
    assert (options["rp"]["id"], options["user"]["name"]) == ("localhost", "ada_lovelace")
    assert api.get(f"/users/{ada['id']}")["passkeys"] == []
    _, passkey = register(browser)
    assert passkey["verification"]["status"] == "verified"
    assert [one["id"] for one in api.get(f"/users/{ada['id']}")["passkeys"]] == [passkey["id"]]
    assert messages.sent(emulator)[-1]["slug"] == "passkey_added"


def test_passkey_signs_in_without_an_identifier(
    other_browser: Browser, authenticator: Authenticator, ada: Json
) -> None:
    path, options = ask(other_browser)
    done = other_browser.post(f"{path}/attempt_first_factor", answer(authenticator.sign(options)))
    assert (done["status"], done["first_factor_verification"]["strategy"]) == ("complete", "passkey")
    assert other_browser.session["user"]["id"] == ada["id"]


def test_passkey_signs_in_after_the_identifier(other_browser: Browser, authenticator: Authenticator, api: Api) -> None:
    started = other_browser.post(SIGN_INS, {"identifier": "ada@example.com"})
    assert {"strategy": "passkey"} in started["supported_first_factors"]
    path, options = ask(other_browser, {"identifier": "ada@example.com"})
    (allowed,) = json.loads(options)["allowCredentials"]
    assert allowed["id"] == json.loads(authenticator.sign(options))["id"]
    done = other_browser.post(f"{path}/attempt_first_factor", answer(authenticator.sign(options)))
    assert done["status"] == "complete"


def test_passkey_replaces_the_second_factor(
    other_browser: Browser, authenticator: Authenticator, api: Api, ada: Json
) -> None:
    api.patch(f"/phone_numbers/{ada['primary_phone_number_id']}", {"reserved_for_second_factor": True})
    path, options = ask(other_browser)
    done = other_browser.post(f"{path}/attempt_first_factor", answer(authenticator.sign(options)))
    assert done["status"] == "complete"


@pytest.mark.parametrize(
    "change", [{"origin": "https://evil.example"}, {"challenge": "AAAA"}, {"type": "webauthn.create"}]
)
def test_answer_for_another_page_or_challenge_is_refused(
    other_browser: Browser, authenticator: Authenticator, change: Json
) -> None:
    path, options = ask(other_browser)
    body = answer(authenticator.sign(options, **change))
    found = other_browser.refused("POST", f"{path}/attempt_first_factor", body)
    assert (found.status, found.codes) == (400, ["passkey_authentication_failure"])


def test_answer_of_another_authenticator_is_refused(other_browser: Browser, authenticator: Authenticator) -> None:
    path, options = ask(other_browser)
    stranger = Authenticator(PAGE)
    unknown = other_browser.refused("POST", f"{path}/attempt_first_factor", answer(stranger.sign(options)))
    stranger.id = authenticator.id
    forged = other_browser.refused("POST", f"{path}/attempt_first_factor", answer(stranger.sign(options)))
    assert unknown.codes == forged.codes == ["passkey_authentication_failure"]


def test_answer_cannot_be_used_twice(other_browser: Browser, authenticator: Authenticator, emulator: Emulator) -> None:
    path, options = ask(other_browser)
    credential = authenticator.sign(options)
    other_browser.post(f"{path}/attempt_first_factor", answer(credential))
    emulator.end_session(other_browser.session["id"])
    path, _ = ask(other_browser)
    found = other_browser.refused("POST", f"{path}/attempt_first_factor", answer(credential))
    assert found.codes == ["passkey_authentication_failure"]


def test_passkey_of_another_user_does_not_sign_in(
    other_browser: Browser, authenticator: Authenticator, api: Api
) -> None:
    with_key = api.post("/users", {"email_address": ["bob@example.com"], "password": PASSWORD})
    other_browser.sign_in("bob@example.com", PASSWORD)
    bobs, _ = register(other_browser)
    api.post(f"/sessions/{other_browser.session['id']}/revoke")
    path, options = ask(other_browser, {"identifier": "bob@example.com"})
    found = other_browser.refused("POST", f"{path}/attempt_first_factor", answer(authenticator.sign(options)))
    assert found.codes == ["passkey_authentication_failure"]
    other_browser.post(f"{path}/attempt_first_factor", answer(bobs.sign(options)))
    assert other_browser.session["user"]["id"] == with_key["id"]


def test_challenge_expires(emulator: Emulator, other_browser: Browser, authenticator: Authenticator) -> None:
    path, options = ask(other_browser)
    emulator.clock.advance(600)
    found = other_browser.refused("POST", f"{path}/attempt_first_factor", answer(authenticator.sign(options)))
    assert found.codes == ["verification_expired"]


def test_user_without_passkeys_is_told(browser: Browser, ada: Json) -> None:
    path = f"{SIGN_INS}/{browser.post(SIGN_INS, {'identifier': 'ada@example.com'})['id']}"
    found = browser.refused("POST", f"{path}/prepare_first_factor", {"strategy": "passkey"})
    assert (found.status, found.codes) == (400, ["no_passkeys_found_for_user"])
    found = browser.refused("POST", f"{path}/attempt_first_factor", answer("{}"))
    assert (found.status, found.codes) == (400, ["verification_missing"])


@pytest.mark.parametrize("credential", ["nonsense", "[]", "{}", '{"id": 7}'])
def test_malformed_credential_is_refused(other_browser: Browser, credential: str) -> None:
    path, _ = ask(other_browser)
    found = other_browser.refused("POST", f"{path}/attempt_first_factor", answer(credential))
    assert (found.status, found.codes) == (422, ["passkey_invalid_public_key_credential"])
    assert found.params == ["public_key_credential"]


def test_passkeys_can_be_disabled(emulator: Emulator, browser: Browser) -> None:
    emulator.update_settings(attributes={"passkey": {"enabled": False}})
    found = browser.refused("POST", SIGN_INS, {"strategy": "passkey"})
    assert (found.status, found.codes) == (400, ["strategy_for_user_invalid"])


def test_registration_needs_a_page(browser: Browser, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    del browser.http.headers["Origin"]
    assert browser.refused("POST", PASSKEYS).codes == ["origin_missing"]


def test_registration_for_another_page_is_refused(browser: Browser, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    pending = browser.post(PASSKEYS)
    credential = Authenticator("https://evil.example").create(pending["verification"]["nonce"])
    path = f"{PASSKEYS}/{pending['id']}/attempt_verification"
    assert browser.refused("POST", path, answer(credential)).codes == ["passkey_registration_failure"]
    assert browser.refused("POST", path, {"strategy": "passkey"}).params == ["public_key_credential"]


def test_registration_must_be_the_last_and_not_too_old(emulator: Emulator, browser: Browser, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    old = browser.post(PASSKEYS)["id"]
    last = browser.post(PASSKEYS)
    credential = Authenticator(PAGE).create(last["verification"]["nonce"])
    found = browser.refused("POST", f"{PASSKEYS}/{old}/attempt_verification", answer(credential))
    assert found.codes == ["passkey_invalid_verification"]
    emulator.clock.advance(600)
    found = browser.refused("POST", f"{PASSKEYS}/{last['id']}/attempt_verification", answer(credential))
    assert found.codes == ["verification_expired"]


def test_user_may_have_ten_passkeys(emulator: Emulator, browser: Browser, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    for number in range(10):
        emulator.add_passkey(ada["id"], f"Key {number}")
    found = browser.refused("POST", PASSKEYS)
    assert (found.status, found.codes) == (403, ["passkey_quota_exceeded"])


def test_missing_package_is_named(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "webauthn", None)
    response = browser.send("POST", SIGN_INS, body={"strategy": "passkey"})
    (error,) = response.json()["errors"]
    assert (response.status_code, error["code"]) == (405, "not_emulated")
    assert 'pip install "clerkkit[passkeys]"' in error["long_message"]
