"""Tickets that people open: invitations, sign-in tokens and agent tasks."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from clerk_emulator import Emulator
from tests.emulator import jwts
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import PAGE, Browser
from tests.emulator.frontend_api.conftest import PASSWORD
from tests.emulator.frontend_api.settings import change

EMAIL = "grace@example.com"
DAY = 24 * 3600


def invite(api: Api, **values: object) -> Json:
    body = {"email_address": EMAIL, "redirect_url": f"{PAGE}/welcome", "public_metadata": {"plan": "gold"}, **values}
    invitation: Json = api.post("/invitations", body)
    return invitation


def invite_member(api: Api, owner: Json, address: str = EMAIL) -> tuple[Json, Json]:
    organization = api.post("/organizations", {"name": "Acme", "created_by": owner["id"]})
    body = {"email_address": address, "role": "org:member", "redirect_url": f"{PAGE}/join"}
    return organization, api.post(f"/organizations/{organization['id']}/invitations", body)


def ticket_of(url: str) -> str:
    return dict(parse_qsl(urlsplit(url).query))["ticket"]


def opened(browser: Browser, url: str, **query: str) -> tuple[str, dict[str, str]]:
    """Open a URL of the emulator, and return the page that it leads to, and the page's query."""
    response = browser.http.get(url, params={**dict(parse_qsl(urlsplit(url).query)), **query})
    assert response.status_code in (303, 307), response.text
    target = urlsplit(response.headers["location"])
    return target._replace(query="").geturl(), dict(parse_qsl(target.query))


def test_invited_person_signs_up(browser: Browser, emulator: Emulator, api: Api) -> None:
    change(emulator, sign_up_mode="restricted")
    invitation = invite(api)
    assert invitation["url"].startswith(f"{emulator.origin}/v1/tickets/accept?ticket=")
    page, query = opened(browser, invitation["url"])
    assert (page, query["__clerk_status"]) == (f"{PAGE}/welcome", "sign_up")
    made = browser.post("/client/sign_ups", {"strategy": "ticket", "ticket": query["__clerk_ticket"]})
    assert (made["email_address"], made["missing_fields"], made["unverified_fields"]) == (EMAIL, ["password"], [])
    assert made["verifications"]["email_address"]["strategy"] == "ticket"
    before = len(emulator.events)
    done = browser.patch(f"/client/sign_ups/{made['id']}", {"password": PASSWORD})
    assert done["status"] == "complete"
    assert [one["type"] for one in emulator.events[before:]] == ["user.created", "session.created"]
    user = api.get(f"/users/{done['created_user_id']}")
    assert user["public_metadata"] == {"plan": "gold"}
    assert api.get("/invitations")[0]["status"] == "accepted"
    assert browser.client is not None
    assert browser.client["last_authentication_strategy"] == "ticket"
    refused = browser.refused("POST", "/client/sign_ups", {"strategy": "ticket", "ticket": query["__clerk_ticket"]})
    assert (refused.status, refused.codes) == (400, ["invitation_already_accepted"])


def test_invited_person_may_give_everything_at_once(browser: Browser, api: Api) -> None:
    ticket = ticket_of(invite(api)["url"])
    body = {"strategy": "ticket", "ticket": ticket, "email_address": EMAIL, "password": PASSWORD}
    assert browser.post("/client/sign_ups", body)["status"] == "complete"


def test_ticket_can_be_added_to_a_sign_up(browser: Browser, api: Api) -> None:
    made = browser.post("/client/sign_ups", {"password": PASSWORD})
    ticket = ticket_of(invite(api)["url"])
    assert browser.patch(f"/client/sign_ups/{made['id']}", {"ticket": ticket})["status"] == "complete"


@pytest.mark.parametrize(
    ("mode", "code"), [("restricted", "sign_up_mode_restricted"), ("waitlist", "sign_up_restricted_waitlist")]
)
def test_uninvited_person_is_refused(browser: Browser, emulator: Emulator, mode: str, code: str) -> None:
    change(emulator, sign_up_mode=mode)
    refused = browser.refused("POST", "/client/sign_ups", {"email_address": EMAIL})
    assert (refused.status, refused.codes) == (403, [code])


def test_person_on_the_waitlist_is_invited(browser: Browser, emulator: Emulator, api: Api) -> None:
    refused = browser.refused("POST", "/waitlist", {"email_address": EMAIL})
    assert (refused.status, refused.codes) == (403, ["waitlist_not_accepting_entries"])
    change(emulator, sign_up_mode="waitlist")
    joined = browser.post("/waitlist", {"email_address": EMAIL})
    assert set(joined) == {"object", "id"}
    assert browser.post("/waitlist", {"email_address": EMAIL.upper()}) == joined
    assert [one["type"] for one in emulator.events] == ["waitlistEntry.created", "email.created"]
    entry = api.post(f"/waitlist_entries/{joined['id']}/invite")
    ticket = ticket_of(entry["invitation"]["url"])
    made = browser.post("/client/sign_ups", {"strategy": "ticket", "ticket": ticket, "password": PASSWORD})
    assert made["status"] == "complete"
    assert api.get("/waitlist_entries")["data"][0]["status"] == "completed"
    refused = browser.refused("POST", "/waitlist", {"email_address": "nope"})
    assert (refused.status, refused.codes, refused.params) == (422, ["form_param_format_invalid"], ["email_address"])


def test_invitations_that_cannot_be_accepted(browser: Browser, emulator: Emulator, api: Api, ada: Json) -> None:
    emulator.clock.freeze()
    revoked = invite(api)
    api.post(f"/invitations/{revoked['id']}/revoke")
    known = invite(api, email_address="ada@example.com", ignore_existing=True)
    expired = invite(api, expires_in_days=1)
    emulator.clock.advance(DAY)
    for url, code in (
        (revoked["url"], "revoked_invitation"),
        (expired["url"], "ticket_expired_code"),
        (known["url"], "invitation_account_exists"),
        ("https://example.com/?ticket=nope", "ticket_invalid_code"),
    ):
        body = {"strategy": "ticket", "ticket": ticket_of(url)}
        refused = browser.refused("POST", "/client/sign_ups", body)
        assert (refused.status, refused.codes) == (400, [code])
    for url, code in ((revoked["url"], "revoked_invitation"), (expired["url"], "ticket_expired_code")):
        refused = browser.refused("GET", "/tickets/accept", ticket=ticket_of(url))
        assert (refused.status, refused.codes) == (400, [code])
    assert opened(browser, known["url"])[1]["__clerk_status"] == "sign_in"


def test_invited_member_signs_up(browser: Browser, emulator: Emulator, api: Api, ada: Json) -> None:
    organization, invitation = invite_member(api, ada)
    page, query = opened(browser, invitation["url"])
    assert (page, query["__clerk_status"]) == (f"{PAGE}/join", "sign_up")
    before = len(emulator.events)
    body = {"strategy": "ticket", "ticket": query["__clerk_ticket"], "password": PASSWORD}
    assert browser.post("/client/sign_ups", body)["status"] == "complete"
    types = [one["type"] for one in emulator.events[before:]]
    assert types == [
        "user.created",
        "organizationInvitation.accepted",
        "organizationMembership.created",
        "session.created",
    ]
    (membership,) = browser.session["user"]["organization_memberships"]
    assert (membership["organization"]["id"], membership["role"]) == (organization["id"], "org:member")
    refused = browser.refused("POST", "/client/sign_ups", {"strategy": "ticket", "ticket": query["__clerk_ticket"]})
    assert (refused.status, refused.codes) == (400, ["organization_invitation_already_accepted"])


def test_invitation_of_a_revoked_member(browser: Browser, api: Api, ada: Json) -> None:
    organization, invitation = invite_member(api, ada)
    api.post(f"/organizations/{organization['id']}/invitations/{invitation['id']}/revoke", {})
    body = {"strategy": "ticket", "ticket": ticket_of(invitation["url"])}
    refused = browser.refused("POST", "/client/sign_ups", body)
    assert (refused.status, refused.codes) == (400, ["organization_invitation_revoked_code"])


def test_signed_in_user_joins_the_organization_at_once(browser: Browser, emulator: Emulator, api: Api) -> None:
    owner = api.user(email_address=["owner@example.com"])
    api.user(email_address=[EMAIL], password=PASSWORD)
    organization, invitation = invite_member(api, owner)
    assert opened(browser, invitation["url"])[1]["__clerk_status"] == "sign_in"
    browser.sign_in(EMAIL, PASSWORD)
    found = opened(browser, invitation["url"], __clerk_db_jwt=browser.dev_browser)
    assert (found[0], found[1]["__clerk_status"]) == (f"{PAGE}/join", "complete")
    members = api.get(f"/organizations/{organization['id']}/memberships")["data"]
    assert len(members) == 2


def test_tickets_that_sign_in_do_not_sign_up(browser: Browser, emulator: Emulator, api: Api, ada: Json) -> None:
    sign_in_token = api.post("/sign_in_tokens", {"user_id": ada["id"]})
    actor_token = api.post("/actor_tokens", {"user_id": ada["id"], "actor": {"sub": "user_x"}})
    task = agent_task(api, ada)
    for ticket, code in (
        (sign_in_token["token"], "sign_in_token_not_in_sign_in_code"),
        (actor_token["token"], "actor_token_not_in_sign_in_code"),
        (ticket_of(task["url"]), "agent_task_not_in_sign_in"),
    ):
        refused = browser.refused("POST", "/client/sign_ups", {"strategy": "ticket", "ticket": ticket})
        assert (refused.status, refused.codes) == (400, [code])
    page, query = opened(browser, sign_in_token["url"])
    assert (page, query["__clerk_status"], query["__clerk_ticket"]) == (
        f"{emulator.origin}/sign-in",
        "sign_in",
        sign_in_token["token"],
    )
    emulator.redeem(sign_in_token["token"])
    refused = browser.refused("GET", "/tickets/accept", ticket=sign_in_token["token"])
    assert (refused.status, refused.codes) == (400, ["sign_in_token_already_used_code"])


def agent_task(api: Api, user: Json, redirect_url: str = f"{PAGE}/start?x=1") -> Json:
    body = {
        "on_behalf_of": {"user_id": user["id"]},
        "agent_name": "tester",
        "task_description": "test",
        "permissions": "*",
        "redirect_url": redirect_url,
    }
    task: Json = api.post("/agents/tasks", body)
    return task


def test_agent_gets_a_session_and_a_handshake(browser: Browser, emulator: Emulator, api: Api, ada: Json) -> None:
    task = agent_task(api, ada)
    assert task["url"].startswith(f"{emulator.origin}/v1/agents/tasks?ticket=")
    before = len(emulator.events)
    page, query = opened(browser, task["url"])
    assert (page, query["x"]) == (f"{PAGE}/start", "1")
    assert [one["type"] for one in emulator.events[before:]] == ["session.created"]
    directives = jwts.verified(api, query["__clerk_handshake"])["handshake"]
    names = {one.partition("=")[0] for one in directives}
    assert {"__session", "__client_uat", "__clerk_db_jwt"} <= names
    browser.dev_browser = query["__clerk_db_jwt"]
    browser.get("/client")
    session = browser.get("/client")["sessions"][0]
    assert session["user"]["id"] == ada["id"]
    assert session["actor"]["type"] == "agent"
    assert session["expire_at"] - session["created_at"] == 1800 * 1000
    token = next(one for one in directives if one.startswith("__session=")).removeprefix("__session=").partition(";")[0]
    claims = jwts.verified(api, token)
    assert (claims["sub"], claims["azp"]) == (ada["id"], PAGE)
    refused = browser.refused("GET", "/agents/tasks", ticket=ticket_of(task["url"]))
    assert (refused.status, refused.codes) == (400, ["agent_task_already_used"])


def test_agent_task_that_cannot_be_started(browser: Browser, api: Api, emulator: Emulator, ada: Json) -> None:
    emulator.clock.freeze()
    revoked, expired, banned = [agent_task(api, ada) for _ in range(3)]
    api.post(f"/agents/tasks/{revoked['agent_task_id']}/revoke")
    sign_in_token = api.post("/sign_in_tokens", {"user_id": ada["id"]})["token"]
    for ticket, code in (
        (ticket_of(revoked["url"]), "agent_task_revoked"),
        (sign_in_token, "ticket_invalid_code"),
        ("nope", "ticket_invalid_code"),
    ):
        refused = browser.refused("GET", "/agents/tasks", ticket=ticket)
        assert (refused.status, refused.codes) == (400, [code])
    api.post(f"/users/{ada['id']}/ban")
    refused = browser.refused("GET", "/agents/tasks", ticket=ticket_of(banned["url"]))
    assert (refused.status, refused.codes) == (403, ["user_banned"])
    emulator.clock.advance(3600)
    refused = browser.refused("GET", "/agents/tasks", ticket=ticket_of(expired["url"]))
    assert (refused.status, refused.codes) == (400, ["ticket_expired_code"])


@pytest.mark.parametrize("url", ["http://user@example.com/", "http://exämple.com/", "http://a b/"])
def test_agent_task_needs_a_plain_url(api: Api, ada: Json, url: str) -> None:
    body = {
        "on_behalf_of": {"user_id": ada["id"]},
        "agent_name": "tester",
        "task_description": "test",
        "permissions": "*",
        "redirect_url": url,
    }
    refused = api.refused("POST", "/agents/tasks", body)
    assert (refused.status, refused.params) == (422, ["redirect_url"])
