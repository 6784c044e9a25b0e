"""Signed-in people: tasks of their session, their account, and the way out."""

from __future__ import annotations

import hashlib

import pyotp
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.pages.conftest import APPLICATION, Visitor
from tests.emulator.pages.test_sign_up import configure


def sign_in(visitor: Visitor, user: Json, **query: str) -> None:
    visitor.open("/sign-in", **query)
    visitor.send("person", user_id=user["id"])


def test_organization_is_chosen(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    configure(emulator, force_organization_selection=True)
    engines = api.post("/organizations", {"name": "Engines", "created_by": ada["id"]})["id"]
    sign_in(visitor, ada, redirect_url=APPLICATION)
    assert (visitor.heading, visitor.left_for) == ("Choose an organization", None)
    visitor.send("choose", organization_id=engines)
    assert visitor.session_claims()["o"]["id"] == engines


def test_organization_is_created(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    configure(emulator, force_organization_selection=True)
    sign_in(visitor, ada, redirect_url=APPLICATION)
    assert visitor.send("create", 422, name="").alerts
    visitor.send("create", name="Engines")
    assert visitor.session_claims()["o"]["rol"] == "admin"


def test_invitation_is_accepted(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    configure(emulator, force_organization_selection=True)
    bob = api.user(email_address=["bob@example.com"])
    engines = api.post("/organizations", {"name": "Engines", "created_by": bob["id"]})["id"]
    invitation = {"email_address": "ada@example.com", "role": "org:member", "inviter_user_id": bob["id"]}
    sent = api.post(f"/organizations/{engines}/invitations", invitation)["id"]
    sign_in(visitor, ada, redirect_url=APPLICATION)
    assert "Join Engines" in visitor.page.text()
    visitor.send("accept", invitation_id=sent)
    assert visitor.session_claims()["o"]["id"] == engines


def test_organization_of_others_is_refused(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    configure(emulator, force_organization_selection=True)
    bob = api.user(email_address=["bob@example.com"])
    engines = api.post("/organizations", {"name": "Engines", "created_by": bob["id"]})["id"]
    api.post("/organizations", {"name": "Own", "created_by": ada["id"]})
    sign_in(visitor, ada, redirect_url=APPLICATION)
    form = next(one for one in visitor.page.all("form") if visitor._value(one, "act") == "choose")
    sent = {"act": "choose", "organization_id": engines, "csrf_token": str(visitor._value(form, "csrf_token"))}
    assert visitor.http.post(form.get("action"), data=sent).status_code >= 400
    assert api.get("/sessions", user_id=ada["id"])[0]["status"] == "pending"


def test_second_factor_is_set_up(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    configure(emulator, second_factor_required=True)
    emulator.clock.freeze()
    sign_in(visitor, ada, redirect_url=APPLICATION)
    assert visitor.heading == "Set up a second factor"
    visitor.send("begin_totp")
    secret = next(visitor.page.text(one) for one in visitor.page.all("code") if one.get("aria-label") == "Key")
    assert visitor.send("verify_totp", 422, code="000000").alerts
    totp = pyotp.TOTP(secret, digest=hashlib.sha1)
    visitor.send("verify_totp", code=totp.at(int(emulator.clock.time())))
    assert visitor.session_claims()["sts"] == "active"


def test_compromised_password_is_replaced(visitor: Visitor, api: Api, ada: Json) -> None:
    api.post(f"/users/{ada['id']}/password/set_compromised")
    sign_in(visitor, ada, redirect_url=APPLICATION)
    assert visitor.heading == "Choose a new password"
    assert visitor.send("password", 422, password="short").alerts
    visitor.send("password", password="another horse battery staple")
    assert visitor.session_claims()["sts"] == "active"


def test_pending_browser_is_sent_to_its_tasks(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    configure(emulator, force_organization_selection=True)
    sign_in(visitor, ada)
    for path in ("/user", "/sign-in", "/sign-in/tasks", "/sign-up/tasks", "/tasks"):
        visitor.open(path)
        assert visitor.heading == "Choose an organization"
    visitor.send("sign_out")
    assert visitor.heading == "Sign in"


def test_browser_without_tasks_is_sent_on(visitor: Visitor, ada: Json) -> None:
    visitor.open("/tasks")
    assert visitor.heading == "Sign in"
    visitor.send("person", user_id=ada["id"])
    visitor.open("/tasks", redirect_url=APPLICATION)
    assert str(visitor.left_for).startswith(APPLICATION)


def test_account_page_shows_the_user_and_switches_organizations(visitor: Visitor, api: Api, ada: Json) -> None:
    engines = api.post("/organizations", {"name": "Engines", "created_by": ada["id"]})["id"]
    sign_in(visitor, ada)
    assert visitor.heading == "Ada Lovelace"
    for shown in ("You are signed in.", "ada@example.com", "+15551230001", "ada_lovelace"):
        assert shown in visitor.page.text()
    assert "http://localhost:3000" in visitor.page.links()
    visitor.send("organization", organization_id=engines)
    (session,) = api.get("/sessions", user_id=ada["id"])
    assert session["last_active_organization_id"] == engines
    visitor.send("organization", organization_id="")
    (session,) = api.get("/sessions", user_id=ada["id"])
    assert session["last_active_organization_id"] is None


@pytest.mark.parametrize("path", ["/user", "/organization", "/create-organization"])
def test_organization_is_created_on_the_account_page(visitor: Visitor, api: Api, ada: Json, path: str) -> None:
    sign_in(visitor, ada)
    visitor.open(path)
    visitor.send("create", name="Engines")
    (session,) = api.get("/sessions", user_id=ada["id"])
    assert api.get(f"/organizations/{session['last_active_organization_id']}")["name"] == "Engines"


def test_account_page_switches_and_ends_sessions(visitor: Visitor, api: Api, ada: Json) -> None:
    bob = api.user(email_address=["bob@example.com"], first_name="Bob")
    sign_in(visitor, ada)
    sign_in(visitor, bob, prompt="login")
    (of_ada,), (of_bob,) = (api.get("/sessions", user_id=user["id"]) for user in (ada, bob))
    visitor.send("session", session_id=of_ada["id"])
    assert visitor.heading == "Ada Lovelace"
    visitor.send("sign_out", session_id=of_ada["id"])
    assert visitor.heading == "Bob"
    assert api.get(f"/sessions/{of_ada['id']}")["status"] == "removed"
    assert api.get(f"/sessions/{of_bob['id']}")["status"] == "active"


def test_sessions_of_other_browsers_are_out_of_reach(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    other = emulator.start_session(ada["id"]).session_id
    sign_in(visitor, api.user(email_address=["bob@example.com"]))
    visitor.send("sign_out", 404, session_id=other)
    assert api.get(f"/sessions/{other}")["status"] == "active"


def test_sign_out_needs_a_click(visitor: Visitor, api: Api, ada: Json) -> None:
    sign_in(visitor, ada)
    visitor.open("/sign-out", redirect_url=APPLICATION)
    assert api.get("/sessions", user_id=ada["id"])[0]["status"] == "active"
    visitor.send("sign_out")
    assert api.get("/sessions", user_id=ada["id"])[0]["status"] == "removed"
    assert str(visitor.left_for).startswith(f"{APPLICATION}&__clerk_db_jwt=")
    visitor.open("/sign-out")
    assert visitor.heading == "Sign in"


@pytest.mark.parametrize("path", ["/user", "/tasks"])
def test_pages_of_users_need_a_sign_in(visitor: Visitor, path: str) -> None:
    visitor.open(path, redirect_url=APPLICATION)
    assert visitor.heading == "Sign in"


def test_unknown_acts_are_refused(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    sign_in(visitor, ada)
    token = {"csrf_token": str(visitor._value(visitor.page.all("form")[0], "csrf_token"))}
    for path in ("/user", "/tasks"):
        assert visitor.http.post(path, data=token | {"act": "explode"}).status_code in (303, 400)
    assert len(emulator.problems) == 0
