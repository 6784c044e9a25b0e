"""The user's authenticator app and backup codes through the Frontend API."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import parse_qs, urlsplit

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import AUTHENTICATION, USER_SETTINGS
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.people import change_settings


def code_for(emulator: Emulator, secret: str) -> str:
    """Return the code that an app shows now (RFC 6238)."""
    step = int(emulator.clock.now() // 30_000)
    mac = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    at = mac[-1] & 15
    return f"{(int.from_bytes(mac[at : at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def set_up(emulator: Emulator, browser: Browser) -> Json:
    """Set up an authenticator app, and return the response to its code."""
    secret = browser.post("/me/totp")["secret"]
    verified: Json = browser.post("/me/totp/attempt_verification", {"code": code_for(emulator, secret)})
    return verified


def test_new_secret_counts_after_its_code(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    totp = admin.post("/me/totp")
    assert (totp["object"], totp["verified"]) == ("totp", False)
    uri = urlsplit(totp["uri"])
    assert (uri.scheme, uri.netloc, parse_qs(uri.query)["secret"]) == ("otpauth", "totp", [totp["secret"]])
    assert uri.path.endswith(":ada%40example.com")
    assert not admin.get("/me")["totp_enabled"]
    body = {"code": code_for(emulator, totp["secret"])}
    verified = admin.post("/me/totp/attempt_verification", body)
    assert (verified["verified"], verified["secret"], len(verified["backup_codes"])) == (True, None, 10)
    user = api.get(f"/users/{ada['id']}")
    assert (user["totp_enabled"], user["two_factor_enabled"], user["backup_code_enabled"]) == (True, True, True)
    assert admin.session["factor_verification_age"] == [0, 0]
    assert api.post(f"/users/{ada['id']}/verify_totp", body)["code_type"] == "totp"


def test_user_has_only_one_app(emulator: Emulator, admin: Browser) -> None:
    set_up(emulator, admin)
    problem = admin.refused("POST", "/me/totp")
    assert (problem.status, problem.codes) == (400, ["totp_already_enabled"])
    problem = admin.refused("POST", "/me/totp/attempt_verification", {"code": "000000"})
    assert (problem.status, problem.codes) == (400, ["verification_already_verified"])


def test_wrong_codes_are_counted(emulator: Emulator, admin: Browser) -> None:
    path = "/me/totp/attempt_verification"
    assert admin.refused("POST", path, {"code": "000000"}).codes == ["verification_missing"]
    secret = admin.post("/me/totp")["secret"]
    assert admin.refused("POST", path).codes == ["form_param_missing"]
    for _ in range(5):
        problem = admin.refused("POST", path, {"code": "wrong"})
        assert (problem.status, problem.codes, problem.params) == (422, ["form_code_incorrect"], ["code"])
    problem = admin.refused("POST", path, {"code": code_for(emulator, secret)})
    assert (problem.status, problem.codes) == (400, ["verification_failed"])
    assert set_up(emulator, admin)["verified"]


def test_app_is_removed(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    totp_id = set_up(emulator, admin)["id"]
    deleted = admin.delete("/me/totp")
    assert (deleted["object"], deleted["id"], deleted["deleted"]) == ("totp", totp_id, True)
    assert not api.get(f"/users/{ada['id']}")["totp_enabled"]
    problem = admin.refused("DELETE", "/me/totp")
    assert (problem.status, problem.codes) == (404, ["resource_not_found"])


def test_apps_can_be_disabled(emulator: Emulator, admin: Browser) -> None:
    change_settings(emulator, USER_SETTINGS, totp=False)
    problem = admin.refused("POST", "/me/totp")
    assert (problem.status, problem.codes) == (403, ["feature_not_enabled"])


def test_backup_codes_are_replaced(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    first = set_up(emulator, admin)["backup_codes"]
    codes = admin.post("/me/backup_codes/")
    assert (codes["object"], len(codes["codes"])) == ("backup_code", 10)
    path = f"/users/{ada['id']}/verify_totp"
    assert api.refused("POST", path, {"code": first[0]}).status == 422
    assert api.post(path, {"code": codes["codes"][0]})["code_type"] == "backup_code"


def test_backup_codes_need_another_second_factor(emulator: Emulator, admin: Browser) -> None:
    assert admin.refused("POST", "/me/backup_codes").codes == ["backup_codes_not_available"]
    set_up(emulator, admin)
    change_settings(emulator, USER_SETTINGS, backup_codes=False)
    problem = admin.refused("POST", "/me/backup_codes")
    assert (problem.status, problem.codes) == (400, ["backup_codes_not_available"])


def test_app_completes_the_task_to_set_up_a_second_factor(emulator: Emulator, browser: Browser, ada: Json) -> None:
    change_settings(emulator, AUTHENTICATION, second_factor_required=True)
    session = browser.sign_in("ada@example.com", PASSWORD)
    assert (session["status"], session["tasks"]) == ("pending", [{"key": "setup-mfa"}])
    set_up(emulator, browser)
    assert (browser.session["status"], browser.session["tasks"]) == ("active", None)
    problem = browser.refused("DELETE", "/me/totp")
    assert (problem.status, problem.codes) == (400, ["second_factor_deletion_not_allowed"])


def test_further_second_factor_keeps_the_backup_codes(emulator: Emulator, admin: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/users/{ada['id']}", {"backup_codes": ["12345678"]})
    assert set_up(emulator, admin)["backup_codes"] is None
    assert api.post(f"/users/{ada['id']}/verify_totp", {"code": "12345678"})["code_type"] == "backup_code"
