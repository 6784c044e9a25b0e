"""Sessions of a browser: touch, tokens, several users, and their ends."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator import jwts
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.settings import change

DAY = 24 * 3600


@pytest.fixture
def session(browser: Browser, ada: Json) -> Json:
    """The session of Ada in the browser."""
    return browser.sign_in("ada@example.com", PASSWORD)


@pytest.fixture
def acme(api: Api, ada: Json) -> Json:
    """An organization of Ada's."""
    organization: Json = api.post("/organizations", {"name": "Acme", "slug": "acme", "created_by": ada["id"]})
    return organization


def at(session: Json, action: str = "") -> str:
    return f"/client/sessions/{session['id']}{action}"


def types(emulator: Emulator, before: int) -> list[str]:
    return [event["type"] for event in emulator.events[before:]]


def test_session_has_what_clerk_js_reads(browser: Browser, session: Json, emulator: Emulator, api: Api) -> None:
    found = browser.get(at(session))
    assert (found["status"], found["factor_verification_age"], found["tasks"]) == ("active", [0, -1], None)
    assert found["expire_at"] - found["created_at"] == 7 * DAY * 1000
    assert found["abandon_at"] - found["created_at"] == 30 * DAY * 1000
    assert found["public_user_data"]["identifier"] == "ada@example.com"
    claims = jwts.verified(api, found["last_active_token"]["jwt"])
    assert (claims["sid"], claims["sts"], claims["azp"], claims["fva"]) == (session["id"], "active", PAGE, [0, -1])


def test_touch_selects_an_organization(browser: Browser, session: Json, acme: Json, emulator: Emulator) -> None:
    before = len(emulator.events)
    touched = browser.post(at(session, "/touch"), {"active_organization_id": acme["id"], "intent": "select_org"})
    assert touched["last_active_organization_id"] == acme["id"]
    assert browser.session["last_active_organization_id"] == acme["id"]
    assert browser.post(at(session, "/touch"), {"intent": "focus"})["last_active_organization_id"] == acme["id"]
    by_slug = browser.post(at(session, "/touch"), {"active_organization_id": "acme"})
    assert by_slug["last_active_organization_id"] == acme["id"]
    personal = browser.post(at(session, "/touch"), {"active_organization_id": ""})
    assert personal["last_active_organization_id"] is None
    assert types(emulator, before) == []


def test_token_of_the_touched_session_has_the_organization(
    browser: Browser, session: Json, acme: Json, api: Api
) -> None:
    touched = browser.post(at(session, "/touch"), {"active_organization_id": acme["id"]})
    assert jwts.verified(api, touched["last_active_token"]["jwt"])["o"]["id"] == acme["id"]


def test_touch_of_a_foreign_organization_is_refused(browser: Browser, session: Json, api: Api) -> None:
    other = api.post("/organizations", {"name": "Other"})
    for wanted in (other["id"], "org_unknown"):
        refused = browser.refused("POST", at(session, "/touch"), {"active_organization_id": wanted})
        assert (refused.status, refused.codes) == (404, ["organization_not_found_or_unauthorized"])
    api.patch("/instance/organization_settings", {"enabled": False})
    refused = browser.refused("POST", at(session, "/touch"), {"active_organization_id": other["id"]})
    assert (refused.status, refused.codes) == (403, ["organization_not_enabled_in_instance"])


def test_organization_is_kept_where_one_is_required(
    browser: Browser, session: Json, acme: Json, emulator: Emulator
) -> None:
    change(emulator, force_organization_selection=True)
    browser.post(at(session, "/touch"), {"active_organization_id": acme["id"]})
    kept = browser.post(at(session, "/touch"), {"active_organization_id": ""})
    assert kept["last_active_organization_id"] == acme["id"]


def test_pending_session_becomes_active_with_an_organization(
    browser: Browser, ada: Json, acme: Json, emulator: Emulator, api: Api
) -> None:
    change(emulator, force_organization_selection=True)
    before = len(emulator.events)
    session = browser.sign_in("ada@example.com", PASSWORD)
    assert (session["status"], session["tasks"]) == ("pending", [{"key": "choose-organization"}])
    token = browser.post(at(session, "/tokens"))["jwt"]
    assert jwts.verified(api, token)["sts"] == "pending"
    touched = browser.post(at(session, "/touch"), {"active_organization_id": acme["id"], "intent": "select_org"})
    assert (touched["status"], touched["tasks"]) == ("active", None)
    assert types(emulator, before) == ["session.pending", "session.created"]


def test_tokens(browser: Browser, session: Json, acme: Json, api: Api, emulator: Emulator) -> None:
    emulator.clock.freeze()
    made = browser.post(at(session, "/tokens"), {"organization_id": "", "tab_state": "focused"})
    assert set(made) == {"object", "jwt"}
    claims = jwts.verified(api, made["jwt"], options={"verify_exp": False, "verify_nbf": False, "verify_iat": False})
    assert (claims["exp"] - claims["iat"], claims["azp"], "o" in claims) == (60, PAGE, False)
    with_organization = browser.post(at(session, "/tokens"), {"organization_id": acme["id"]})["jwt"]
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    assert jwts.verified(api, with_organization, options=options)["o"]["slg"] == "acme"
    assert browser.get(at(session))["last_active_organization_id"] is None
    browser.post(at(session, "/touch"), {"active_organization_id": acme["id"]})
    active = browser.post(at(session, "/tokens"))["jwt"]
    assert jwts.verified(api, active, options=options)["o"]["id"] == acme["id"]
    personal = browser.post(at(session, "/tokens"), {"organization_id": ""})["jwt"]
    assert "o" not in jwts.verified(api, personal, options=options)
    refused = browser.refused("POST", at(session, "/tokens"), {"organization_id": "org_x"})
    assert (refused.status, refused.codes) == (404, ["organization_not_found_or_unauthorized"])


def test_template_token(browser: Browser, session: Json, api: Api) -> None:
    api.post("/jwt_templates", {"name": "hasura", "claims": {"email": "{{user.primary_email_address}}"}})
    made = browser.post(at(session, "/tokens/hasura"))
    assert jwts.verified(api, made["jwt"])["email"] == "ada@example.com"
    refused = browser.refused("POST", at(session, "/tokens/nope"))
    assert (refused.status, refused.codes) == (404, ["resource_not_found"])


@pytest.mark.parametrize(("action", "status", "listed"), [("/end", "ended", True), ("/remove", "removed", False)])
def test_end_of_a_session(
    browser: Browser, session: Json, emulator: Emulator, action: str, status: str, listed: bool
) -> None:
    before = len(emulator.events)
    assert browser.post(at(session, action))["status"] == status
    assert types(emulator, before) == [f"session.{status}"]
    assert browser.client is not None
    assert [one["id"] for one in browser.client["sessions"]] == ([session["id"]] if listed else [])
    assert browser.client["last_active_session_id"] is None
    assert browser.get(at(session))["status"] == status
    for path in ("/tokens", "/touch", "/tokens/hasura", "/verify"):
        refused = browser.refused("POST", at(session, path), {"level": "first_factor"} if path == "/verify" else None)
        assert (refused.status, refused.codes) == (401, ["signed_out"])
    assert browser.post(at(session, action))["status"] == status
    assert types(emulator, before) == [f"session.{status}"]


def test_sign_out_removes_all_sessions_and_keeps_the_client(
    browser: Browser, session: Json, emulator: Emulator, api: Api
) -> None:
    api.user(email_address=["bob@example.com"], password=PASSWORD)
    client = browser.get("/client")
    browser.sign_in("bob@example.com", PASSWORD)
    before = len(emulator.events)
    response = browser.send("POST", "/client/sessions", {"_method": "DELETE"})
    body = response.json()
    assert (response.status_code, body["client"]) == (200, None)
    assert (body["response"]["id"], body["response"]["sessions"]) == (client["id"], [])
    assert types(emulator, before) == ["session.removed", "session.removed"]
    assert browser.get("/client")["id"] == client["id"]


def test_deleted_client_has_ended_sessions(browser: Browser, session: Json, emulator: Emulator, api: Api) -> None:
    before = len(emulator.events)
    body = browser.send("POST", "/client", {"_method": "DELETE"}).json()
    assert (body["response"]["sessions"], body["client"]) == ([], None)
    assert types(emulator, before) == ["session.ended"]
    assert browser.get("/client") is None
    assert api.get(f"/sessions/{session['id']}")["status"] == "ended"
    for path in ("/client", "/client/sessions"):
        refused = browser.refused("DELETE", path)
        assert (refused.status, refused.codes) == (401, ["signed_out"])


def test_several_users_in_one_browser(browser: Browser, session: Json, api: Api) -> None:
    bob = api.user(email_address=["bob@example.com"], password=PASSWORD)
    second = browser.sign_in("bob@example.com", PASSWORD)
    assert second["user"]["id"] == bob["id"]
    assert browser.client is not None
    assert [one["id"] for one in browser.client["sessions"]] == [session["id"], second["id"]]
    browser.post(at(session, "/touch"), {"intent": "select_session"})
    assert browser.session["id"] == session["id"]
    browser.post(at(session, "/remove"))
    assert browser.session["id"] == second["id"]


def test_session_of_another_browser_is_unknown(browser: Browser, other_browser: Browser, session: Json) -> None:
    other_browser.post("/client")
    for method, path in (("GET", ""), ("POST", "/touch"), ("POST", "/tokens"), ("POST", "/end"), ("POST", "/remove")):
        refused = other_browser.refused(method, at(session, path))
        assert (refused.status, refused.codes) == (404, ["resource_not_found"])


def test_session_expires_on_the_emulators_clock(browser: Browser, session: Json, emulator: Emulator) -> None:
    emulator.clock.advance(7 * DAY)
    assert browser.get(at(session))["status"] == "expired"
    refused = browser.refused("POST", at(session, "/tokens"))
    assert (refused.status, refused.codes) == (401, ["signed_out"])
    assert browser.get("/client")["sessions"] == []


def test_revoked_session_signs_the_browser_out(browser: Browser, session: Json, api: Api) -> None:
    api.post(f"/sessions/{session['id']}/revoke")
    assert browser.refused("POST", at(session, "/tokens")).status == 401
    assert browser.get("/client")["last_active_session_id"] is None
