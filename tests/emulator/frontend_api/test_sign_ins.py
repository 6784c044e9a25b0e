"""Sign-ins as such: who may begin and continue one, tickets, new passwords, accounts that exist or not."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import messages
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.settings import change

SIGN_INS = "/client/sign_ins"
KNOWN = {"identifier": "ada@example.com"}


def test_sign_in_without_values_needs_an_identifier(browser: Browser) -> None:
    started = browser.post(SIGN_INS, {"locale": "en-US"})
    assert (started["status"], started["client_trust_state"]) == ("needs_identifier", "pending")
    assert (started["supported_first_factors"], started["identifier"]) == ([{"strategy": "ticket"}], None)
    assert started["supported_identifiers"] == ["email_address", "phone_number", "username"]


def test_only_the_latest_sign_in_of_a_client_continues(browser: Browser, ada: Json) -> None:
    old = browser.post(SIGN_INS, KNOWN)["id"]
    browser.post(SIGN_INS, KNOWN)
    body = {"strategy": "password", "password": PASSWORD}
    found = browser.refused("POST", f"{SIGN_INS}/{old}/attempt_first_factor", body)
    assert (found.status, found.codes) == (403, ["resource_forbidden"])


def test_other_browsers_do_not_see_a_sign_in(browser: Browser, other_browser: Browser, ada: Json) -> None:
    started = browser.post(SIGN_INS, KNOWN)
    for one in (other_browser, browser):
        path = f"{SIGN_INS}/{started['id'] if one is other_browser else 'sia_unknown'}"
        found = one.refused("GET", path)
        assert (found.status, found.codes) == (404, ["resource_not_found"])


def test_sign_in_is_abandoned_after_a_day(emulator: Emulator, browser: Browser, ada: Json) -> None:
    started = browser.post(SIGN_INS, KNOWN)
    emulator.clock.advance(24 * 3600)
    assert browser.get("/client")["sign_in"] is None
    assert browser.get(f"{SIGN_INS}/{started['id']}")["status"] == "abandoned"
    body = {"strategy": "password", "password": PASSWORD}
    found = browser.refused("POST", f"{SIGN_INS}/{started['id']}/attempt_first_factor", body)
    assert (found.status, found.codes) == (400, ["client_state_invalid"])


def test_complete_sign_in_cannot_be_attempted_again(browser: Browser, ada: Json) -> None:
    done = browser.post(SIGN_INS, {**KNOWN, "password": PASSWORD})
    body = {"strategy": "password", "password": PASSWORD}
    found = browser.refused("POST", f"{SIGN_INS}/{done['id']}/attempt_first_factor", body)
    assert (found.status, found.codes) == (400, ["client_state_invalid"])


def test_user_who_is_signed_in_already_is_reported(browser: Browser, ada: Json) -> None:
    session = browser.sign_in("ada@example.com", PASSWORD)
    found = browser.refused("POST", SIGN_INS, KNOWN)
    assert (found.status, found.codes) == (400, ["identifier_already_signed_in"])
    assert found.errors[0][1]["session_id"] == session["id"]


def test_client_can_have_sessions_of_several_users(browser: Browser, api: Api, ada: Json) -> None:
    bob = api.post("/users", {"email_address": ["bob@example.com"], "password": PASSWORD})
    browser.sign_in("ada@example.com", PASSWORD)
    assert browser.sign_in("bob@example.com", PASSWORD)["user"]["id"] == bob["id"]
    assert browser.client is not None
    assert [one["user"]["id"] for one in browser.client["sessions"]] == [ada["id"], bob["id"]]


def test_single_session_mode_allows_one_session(emulator: Emulator, browser: Browser, ada: Json) -> None:
    session = browser.sign_in("ada@example.com", PASSWORD)
    change(emulator, single_session_mode=True)
    found = browser.refused("POST", SIGN_INS, {"identifier": "bob@example.com"})
    assert (found.status, found.codes) == (400, ["session_exists"])
    emulator.end_session(session["id"])
    assert browser.post(SIGN_INS, KNOWN)["status"] == "needs_first_factor"


@pytest.mark.parametrize(("path", "code"), [("ban", "user_banned"), ("lock", "user_locked")])
def test_user_who_may_not_sign_in_is_refused(browser: Browser, api: Api, ada: Json, path: str, code: str) -> None:
    started = browser.post(SIGN_INS, KNOWN)
    api.post(f"/users/{ada['id']}/{path}")
    body = {"strategy": "password", "password": PASSWORD}
    for at, sent in ((SIGN_INS, KNOWN), (f"{SIGN_INS}/{started['id']}/attempt_first_factor", body)):
        found = browser.refused("POST", at, sent)
        assert (found.status, found.codes) == (403, [code])


def test_deactivated_user_is_refused(emulator: Emulator, browser: Browser, ada: Json) -> None:
    from clerk_emulator.storage.tables import USERS

    store = emulator._state.store
    with store.transaction():
        store.update(USERS, store.require(USERS, ada["id"]), deprovisioned=True)
    found = browser.refused("POST", SIGN_INS, KNOWN)
    assert (found.status, found.codes) == (403, ["user_deactivated"])


def test_deleted_user_ends_the_sign_in(browser: Browser, api: Api, ada: Json) -> None:
    started = browser.post(SIGN_INS, KNOWN)
    api.delete(f"/users/{ada['id']}")
    assert browser.refused("GET", f"{SIGN_INS}/{started['id']}").codes == ["resource_not_found"]


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ("not an address@", "form_param_format_invalid"),
        ("+1 23", "form_param_format_invalid"),
        ("nobody_here", "form_identifier_not_found"),
        ("+15550009999", "form_identifier_not_found"),
    ],
)
def test_identifier_that_nobody_has_is_refused(browser: Browser, identifier: str, code: str) -> None:
    found = browser.refused("POST", SIGN_INS, {"identifier": identifier})
    assert (found.status, found.codes, found.params) == (422, [code], ["identifier"])


def test_unverified_address_does_not_identify_a_user(browser: Browser, api: Api, ada: Json) -> None:
    api.post("/email_addresses", {"user_id": ada["id"], "email_address": "new@example.com"})
    assert browser.refused("POST", SIGN_INS, {"identifier": "new@example.com"}).codes == ["form_identifier_not_found"]


def test_strategy_needs_an_identifier(browser: Browser) -> None:
    found = browser.refused("POST", SIGN_INS, {"strategy": "password", "password": "x"})
    assert (found.codes, found.params) == (["form_param_missing"], ["identifier"])


# Accounts that nobody has, where that is not told


def test_enumeration_protection_gives_one_answer_for_known_and_unknown(
    emulator: Emulator, browser: Browser, other_browser: Browser, ada: Json
) -> None:
    change(emulator, enumeration_protection=True)
    known, unknown = (
        one.post(SIGN_INS, {"identifier": identifier})
        for one, identifier in ((browser, "ada@example.com"), (other_browser, "nobody@example.com"))
    )
    for name in ("status", "user_data", "client_trust_state"):
        assert known[name] == unknown[name]
    shown = {one["strategy"] for one in unknown["supported_first_factors"]}
    assert shown <= {one["strategy"] for one in known["supported_first_factors"]}
    for one, started in ((browser, known), (other_browser, unknown)):
        path = f"{SIGN_INS}/{started['id']}"
        found = one.refused("POST", f"{path}/attempt_first_factor", {"strategy": "password", "password": "wrong"})
        assert (found.status, found.codes) == (422, ["form_password_or_identifier_incorrect"])
        prepared = one.post(f"{path}/prepare_first_factor", {"strategy": "email_code"})
        assert prepared["first_factor_verification"]["status"] == "unverified"
        found = one.refused("POST", f"{path}/attempt_first_factor", {"strategy": "email_code", "code": "x"})
        assert found.codes == ["form_code_incorrect"]
    assert [one["to_email_address"] for one in messages.sent(emulator)] == ["ada@example.com"]


# Tickets


def test_ticket_of_a_sign_in_token_signs_in_once(browser: Browser, other_browser: Browser, api: Api, ada: Json) -> None:
    ticket = api.post("/sign_in_tokens", {"user_id": ada["id"]})["token"]
    done = browser.post(SIGN_INS, {"strategy": "ticket", "ticket": ticket})
    assert (done["status"], done["first_factor_verification"]["strategy"]) == ("complete", "ticket")
    assert browser.session["user"]["id"] == ada["id"]
    found = other_browser.refused("POST", SIGN_INS, {"ticket": ticket})
    assert (found.status, found.codes) == (400, ["sign_in_token_already_used_code"])


def test_ticket_needs_no_second_factor(browser: Browser, api: Api, ada: Json) -> None:
    api.patch(f"/phone_numbers/{ada['primary_phone_number_id']}", {"reserved_for_second_factor": True})
    ticket = api.post("/sign_in_tokens", {"user_id": ada["id"]})["token"]
    assert browser.post(SIGN_INS, {"strategy": "ticket", "ticket": ticket})["status"] == "complete"


def test_actor_token_signs_in_as_a_user_who_is_signed_in(browser: Browser, api: Api, ada: Json) -> None:
    browser.sign_in("ada@example.com", PASSWORD)
    token = api.post("/actor_tokens", {"user_id": ada["id"], "actor": {"sub": "user_support"}})["token"]
    browser.post(SIGN_INS, {"strategy": "ticket", "ticket": token})
    assert browser.session["actor"] == {"sub": "user_support"}


def test_unusable_tickets_are_refused(emulator: Emulator, browser: Browser, api: Api, ada: Json) -> None:
    revoked = api.post("/sign_in_tokens", {"user_id": ada["id"]})
    api.post(f"/sign_in_tokens/{revoked['id']}/revoke")
    expired = api.post("/sign_in_tokens", {"user_id": ada["id"], "expires_in_seconds": 60})
    emulator.clock.advance(61)
    for ticket, code in (
        (revoked["token"], "sign_in_token_revoked_code"),
        (expired["token"], "ticket_expired_code"),
        ("nonsense", "ticket_invalid_code"),
    ):
        found = browser.refused("POST", SIGN_INS, {"strategy": "ticket", "ticket": ticket})
        assert (found.status, found.codes) == (400, [code])
    assert browser.refused("POST", SIGN_INS, {"strategy": "ticket"}).params == ["ticket"]


def test_ticket_of_an_organization_invitation_signs_in_and_joins(
    emulator: Emulator, browser: Browser, api: Api, ada: Json
) -> None:
    owner = api.post("/users", {"username": "the_owner", "password": PASSWORD})
    organization = api.post("/organizations", {"name": "Acme", "created_by": owner["id"]})
    body = {"email_address": "ada@example.com", "role": "org:member", "inviter_user_id": owner["id"]}
    api.post(f"/organizations/{organization['id']}/invitations", body)
    url: str = messages.sent(emulator)[-1]["data"]["action_url"]
    ticket = url.partition("ticket=")[2]
    assert browser.post(SIGN_INS, {"strategy": "ticket", "ticket": ticket})["status"] == "complete"
    (membership,) = browser.session["user"]["organization_memberships"]
    assert (membership["organization"]["id"], membership["role"]) == (organization["id"], "org:member")


def test_ticket_of_an_invitation_for_nobody_is_refused(browser: Browser, emulator: Emulator, api: Api) -> None:
    url = api.post("/invitations", {"email_address": "new@example.com"})["url"]
    found = browser.refused("POST", SIGN_INS, {"strategy": "ticket", "ticket": url.partition("ticket=")[2]})
    assert (found.status, found.codes) == (400, ["invitation_account_not_exists"])


def test_transfer_without_a_sign_up_is_refused(browser: Browser) -> None:
    found = browser.refused("POST", SIGN_INS, {"transfer": "true"})
    assert (found.status, found.codes) == (400, ["account_transfer_invalid"])


# New passwords


def reset(emulator: Emulator, browser: Browser) -> str:
    """Verify the code to reset the password, and return the path of the sign-in."""
    path = f"{SIGN_INS}/{browser.post(SIGN_INS, KNOWN)['id']}"
    strategy = "reset_password_email_code"
    browser.post(f"{path}/prepare_first_factor", {"strategy": strategy})
    body = {"strategy": strategy, "code": messages.last_code(emulator)}
    assert browser.post(f"{path}/attempt_first_factor", body)["status"] == "needs_new_password"
    return path


def test_forgotten_password_can_be_replaced(
    emulator: Emulator, browser: Browser, other_browser: Browser, ada: Json
) -> None:
    other = other_browser.sign_in("ada@example.com", PASSWORD)
    path = reset(emulator, browser)
    assert messages.sent(emulator)[-1]["slug"] == "reset_password_code"
    body = {"password": "a new and long password", "sign_out_of_other_sessions": "true"}
    assert browser.post(f"{path}/reset_password", body)["status"] == "complete"
    assert messages.sent(emulator)[-1]["slug"] == "password_changed"
    client = other_browser.get("/client")
    assert other["id"] not in [one["id"] for one in client["sessions"]]
    assert other_browser.refused("POST", SIGN_INS, {**KNOWN, "password": PASSWORD}).codes == ["form_password_incorrect"]
    assert other_browser.sign_in("ada@example.com", "a new and long password")["status"] == "active"


def test_new_password_must_be_allowed(emulator: Emulator, browser: Browser, ada: Json) -> None:
    path = reset(emulator, browser)
    found = browser.refused("POST", f"{path}/reset_password", {"password": "short"})
    assert (found.codes, found.params) == (["form_password_length_too_short"], ["password"])
    assert browser.post(f"{path}/reset_password", {"password": "a new and long password"})["status"] == "complete"


def test_new_password_does_not_replace_the_second_factor(
    emulator: Emulator, browser: Browser, api: Api, ada: Json
) -> None:
    api.patch(f"/phone_numbers/{ada['primary_phone_number_id']}", {"reserved_for_second_factor": True})
    path = reset(emulator, browser)
    body = {"password": "a new and long password"}
    assert browser.post(f"{path}/reset_password", body)["status"] == "needs_second_factor"


def test_new_password_needs_the_code(browser: Browser, ada: Json) -> None:
    path = f"{SIGN_INS}/{browser.post(SIGN_INS, KNOWN)['id']}/reset_password"
    found = browser.refused("POST", path, {"password": "a new and long password"})
    assert (found.status, found.codes) == (400, ["client_state_invalid"])


def test_compromised_password_is_refused(browser: Browser, api: Api, ada: Json) -> None:
    api.post(f"/users/{ada['id']}/password/set_compromised")
    found = browser.refused("POST", SIGN_INS, {**KNOWN, "password": PASSWORD})
    assert (found.status, found.codes, found.params) == (422, ["form_password_compromised"], ["password"])
