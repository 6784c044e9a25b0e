"""The user's sessions, external accounts, passkeys, wallets and trusted devices through the Frontend API."""

from __future__ import annotations

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"
)


def test_sessions_show_where_they_are_used(browser: Browser, other_browser: Browser, ada: Json) -> None:
    browser.http.headers["User-Agent"], other_browser.http.headers["User-Agent"] = FIREFOX, IPHONE
    for one in (browser, other_browser):
        one.sign_in("ada@example.com", PASSWORD)
    phone, desktop = [one["latest_activity"] for one in browser.get("/me/sessions/active")]
    assert (desktop["browser_name"], desktop["browser_version"], desktop["is_mobile"]) == ("Firefox", "140.0", False)
    assert (phone["browser_name"], phone["device_type"], phone["is_mobile"]) == ("Safari", "iPhone", True)
    assert phone["ip_address"] == "127.0.0.1"


def test_session_of_another_browser_is_revoked(browser: Browser, other_browser: Browser, api: Api, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    session_id = other_browser.sign_in("ada@example.com", PASSWORD)["id"]
    path = f"/me/sessions/{session_id}/revoke"
    assert browser.post(path)["status"] == "revoked"
    assert api.get(f"/sessions/{session_id}")["status"] == "revoked"
    assert other_browser.refused("GET", "/me").codes == ["signed_out"]
    assert len(browser.get("/me/sessions/active")) == 1
    assert [one["status"] for one in browser.get("/me/sessions")] == ["revoked", "active"]
    problem = browser.refused("POST", path)
    assert (problem.status, problem.codes) == (400, ["invalid_action_for_session"])


def test_tokens_of_other_sessions_are_not_shown(browser: Browser, other_browser: Browser, ada: Json) -> None:
    for one in (browser, other_browser):
        one.sign_in("ada@example.com", PASSWORD)
    assert [one["last_active_token"] for one in browser.get("/me/sessions")] == [None, None]


def test_sessions_of_others_are_not_found(admin: Browser, other_browser: Browser, api: Api) -> None:
    api.user(email_address=["grace@example.com"], password=PASSWORD)
    session_id = other_browser.sign_in("grace@example.com", PASSWORD)["id"]
    problem = admin.refused("POST", f"/me/sessions/{session_id}/revoke")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_external_account_is_disconnected(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    account = emulator.connect_account(ada["id"], "google", email_address="ada@example.com")
    (shown,) = admin.get("/me")["external_accounts"]
    assert (shown["provider"], shown["verification"]["status"]) == ("oauth_google", "verified")
    path = f"/me/external_accounts/{account['id']}"
    assert admin.delete(path)["deleted"]
    user = api.get(f"/users/{ada['id']}")
    assert (user["external_accounts"], user["email_addresses"][0]["linked_to"]) == ([], [])
    problem = admin.refused("DELETE", path)
    assert (problem.status, problem.codes) == (404, ["external_account_not_found"])


def test_tokens_of_an_external_account_are_revoked(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    account = emulator.connect_account(ada["id"], "google", email_address="ada@example.com")
    path = f"/users/{ada['id']}/oauth_access_tokens/google"
    assert len(api.get(path)) == 1
    assert admin.delete(f"/me/external_accounts/{account['id']}/tokens")["id"] == ada["id"]
    assert api.get(path) == []


def test_linked_address_stays(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    emulator.connect_account(ada["id"], "google", email_address="ada@example.com")
    api.post("/email_addresses", {"user_id": ada["id"], "email_address": "a@example.com", "verified": True})
    problem = admin.refused("DELETE", f"/me/email_addresses/{ada['email_addresses'][0]['id']}")
    assert (problem.status, problem.codes) == (400, ["delete_linked_identification_disallowed"])


def test_passkey_is_renamed_and_deleted(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    path = f"/me/passkeys/{emulator.add_passkey(ada['id'], 'Phone')['id']}"
    assert admin.get(path)["name"] == "Phone"
    assert admin.patch(path, {"name": "Laptop"})["name"] == "Laptop"
    assert api.get(f"/users/{ada['id']}")["passkeys"][0]["name"] == "Laptop"
    assert admin.refused("PATCH", path, {"name": " "}).codes == ["form_param_nil"]
    assert admin.delete(path)["deleted"]
    assert emulator.events[-1]["data"]["slug"] == "passkey_removed"
    assert admin.refused("GET", path).status == 404


def test_wallets_are_listed_and_deleted(admin: Browser, api: Api, ada: Json) -> None:
    wallet = "0x" + "ab" * 20
    grace = api.user(web3_wallet=[wallet], email_address=["grace@example.com"], password=PASSWORD)
    admin.sign_in("grace@example.com", PASSWORD)
    (shown,) = admin.get("/me/web3_wallets")
    path = f"/me/web3_wallets/{shown['id']}"
    assert admin.get(path)["web3_wallet"] == wallet
    assert admin.delete(path)["deleted"]
    assert api.get(f"/users/{grace['id']}")["web3_wallets"] == []
    assert admin.refused("GET", path).status == 404


def test_new_wallets_are_refused_in_words(admin: Browser) -> None:
    for path in ("/me/web3_wallets", "/me/trusted_devices/prepare"):
        problem = admin.refused("POST", path, {"web3_wallet": "0x" + "ab" * 20})
        assert (problem.status, problem.codes) == (405, ["not_emulated"])


def test_trusted_device_is_revoked(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    device = emulator.trust_device(ada["id"], name="Phone")
    assert [one["name"] for one in admin.get("/me/trusted_devices")] == ["Phone"]
    assert admin.delete(f"/me/trusted_devices/{device['id']}")["status"] == "revoked"
    assert api.get(f"/users/{ada['id']}/trusted_devices")["data"][0]["status"] == "revoked"
    problem = admin.refused("DELETE", "/me/trusted_devices/tdev_none")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])
