"""People finish the tasks of a pending session in the browser."""

from __future__ import annotations

from clerk_emulator import Emulator
from clerk_emulator.domain.factors import second_factors
from tests.emulator import jwts
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.messages import last_code
from tests.emulator.frontend_api.settings import change

OTHER_PASSWORD = "another horse battery staple"


def tasks(session: Json) -> list[str]:
    assert (session["status"] == "pending") is bool(session["tasks"])
    return [one["key"] for one in session["tasks"] or ()]


def touch(browser: Browser, **values: str) -> Json:
    touched: Json = browser.post(f"/client/sessions/{browser.session['id']}/touch", values)
    return touched


def session_events(emulator: Emulator) -> list[str]:
    return [one["type"] for one in emulator.events if one["type"].startswith("session.")]


def test_organization_is_created_and_chosen(browser: Browser, emulator: Emulator, ada: Json, api: Api) -> None:
    change(emulator, force_organization_selection=True)
    assert tasks(browser.sign_in("ada@example.com", PASSWORD)) == ["choose-organization"]
    made = browser.post("/organizations", {"name": "Acme"})
    assert tasks(touch(browser)) == ["choose-organization"]
    touched = touch(browser, active_organization_id=made["id"], intent="select_org")
    assert tasks(touched) == []
    claims = jwts.verified(api, touched["last_active_token"]["jwt"])
    assert (claims["sts"], claims["o"]["id"]) == ("active", made["id"])
    assert session_events(emulator) == ["session.pending", "session.created"]


def test_compromised_password_is_replaced(browser: Browser, emulator: Emulator, ada: Json, api: Api) -> None:
    api.post(f"/users/{ada['id']}/password/set_compromised", {})
    begun = browser.post("/client/sign_ins", {"identifier": "ada@example.com", "strategy": "email_code"})
    code = last_code(emulator, "ada@example.com")
    browser.post(f"/client/sign_ins/{begun['id']}/attempt_first_factor", {"strategy": "email_code", "code": code})
    assert tasks(browser.session) == ["reset-password"]
    body = {"new_password": OTHER_PASSWORD, "sign_out_of_other_sessions": "true"}
    browser.post("/me/change_password", body)
    assert tasks(touch(browser)) == []
    assert session_events(emulator) == ["session.pending", "session.created"]
    assert api.post(f"/users/{ada['id']}/verify_password", {"password": OTHER_PASSWORD}) == {"verified": True}


def test_second_factor_is_set_up(browser: Browser, emulator: Emulator, ada: Json) -> None:
    change(emulator, second_factor_required=True)
    assert tasks(browser.sign_in("ada@example.com", PASSWORD)) == ["setup-mfa"]
    secret = browser.post("/me/totp")["secret"]
    code = second_factors._code_for(second_factors._decode(secret), emulator.clock.now() // 30_000)
    browser.post("/me/totp/attempt_verification", {"code": code})
    assert tasks(touch(browser)) == []
    assert session_events(emulator) == ["session.pending", "session.created"]


def test_pending_session_can_be_signed_out(browser: Browser, emulator: Emulator, ada: Json) -> None:
    change(emulator, force_organization_selection=True)
    browser.sign_in("ada@example.com", PASSWORD)
    browser.delete("/client/sessions")
    assert session_events(emulator) == ["session.pending", "session.removed"]
    assert browser.get("/client")["sessions"] == []
