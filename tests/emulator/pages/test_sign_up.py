"""People sign up on the hosted page."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import ATTRIBUTES, AUTHENTICATION, DISPLAY
from tests.emulator.api import Api, Json
from tests.emulator.pages.conftest import APPLICATION, PASSWORD, Visitor
from tests.emulator.pages.test_sign_in import last_code


def fields(visitor: Visitor) -> list[str]:
    return [
        one.get("name")
        for one in visitor.page.all("input")
        if one.get("type") != "hidden" and one.get("name") not in ("people", "code")
    ]


def configure(emulator: Emulator, **settings: object) -> None:
    store = emulator._state.store
    with store.transaction():
        AUTHENTICATION.update(store, **settings)


def test_sign_up_with_a_code_returns_to_the_application(visitor: Visitor, emulator: Emulator, api: Api) -> None:
    visitor.open("/sign-up", redirect_url=APPLICATION)
    assert {"email_address", "password"} <= set(fields(visitor))
    page = visitor.send("create", first_name="Eve", email_address="eve@example.com", password=PASSWORD)
    assert "It was sent to eve@example.com." in page.text()
    assert visitor.send("code", 422, code="000000").alerts == ["The code is incorrect."]
    visitor.send("code", code=last_code(emulator))
    claims = visitor.session_claims()
    (user,) = api.get("/users", email_address=["eve@example.com"])
    assert (user["id"], user["first_name"]) == (claims["sub"], "Eve")
    assert user["email_addresses"][0]["verification"]["status"] == "verified"


def test_taken_address_and_weak_password_are_told_at_the_field(visitor: Visitor, api: Api) -> None:
    api.user(email_address=["taken@example.com"])
    visitor.open("/sign-up", redirect_url=APPLICATION)
    for sent, name in (
        ({"email_address": "taken@example.com", "password": PASSWORD}, "email_address"),
        ({"email_address": "eve@example.com", "password": "short"}, "password"),
        ({"email_address": "eve", "password": PASSWORD}, "email_address"),
    ):
        page = visitor.send("create", 422, **sent)
        assert [one.get("name") for one in page.all("input") if one.get("aria-invalid")] == [name]
        assert page.alerts
        assert PASSWORD not in page.response.text


def test_missing_fields_are_asked_for(visitor: Visitor, emulator: Emulator) -> None:
    store = emulator._state.store
    with store.transaction():
        attributes = ATTRIBUTES.read(store)
        ATTRIBUTES.update(store, username={**attributes["username"], "enabled": True, "required": True})
    visitor.open("/sign-up", redirect_url=APPLICATION)
    visitor.send("create", email_address="eve@example.com", password=PASSWORD)
    assert (visitor.heading, fields(visitor)) == ("Complete your account", ["username"])
    visitor.send("continue", username="eve_of_example")
    assert visitor.heading == "Enter the code"
    visitor.send("code", code=last_code(emulator))
    assert visitor.session_claims()["sub"]


def test_new_code_is_sent_after_half_a_minute(visitor: Visitor, emulator: Emulator) -> None:
    visitor.open("/sign-up", redirect_url=APPLICATION)
    visitor.send("create", email_address="eve@example.com", password=PASSWORD)
    assert visitor.send("send", 429).alerts
    emulator.clock.advance(31)
    visitor.send("send")
    visitor.send("code", code=last_code(emulator))
    assert visitor.left_for is not None


def test_invited_person_signs_up_with_a_ticket(visitor: Visitor, emulator: Emulator, api: Api) -> None:
    configure(emulator, sign_up_mode="restricted")
    invitation = api.post("/invitations", {"email_address": "eve@example.com", "public_metadata": {"team": 1}})
    ticket = invitation["url"].partition("ticket=")[2].partition("&")[0]
    visitor.open("/sign-up", redirect_url=APPLICATION, __clerk_ticket=ticket)
    assert "email_address" not in fields(visitor)
    visitor.send("create", password=PASSWORD)
    user = api.get(f"/users/{visitor.session_claims()['sub']}")
    assert (user["email_addresses"][0]["email_address"], user["public_metadata"]) == ("eve@example.com", {"team": 1})


def test_legal_consent_is_asked_for(visitor: Visitor, emulator: Emulator, api: Api) -> None:
    configure(emulator, legal_consent=True)
    store = emulator._state.store
    with store.transaction():
        DISPLAY.update(store, terms_url="https://example.com/terms", privacy_policy_url="javascript:alert(1)")
    page = visitor.open("/sign-up", redirect_url=APPLICATION)
    assert [link for link in page.links() if not link.startswith(("/", "#"))] == ["https://example.com/terms"]
    visitor.send("create", email_address="eve@example.com", password=PASSWORD)
    assert fields(visitor) == ["legal_accepted"]
    visitor.send("continue", legal_accepted="true")
    visitor.send("code", code=last_code(emulator))
    assert api.get(f"/users/{visitor.session_claims()['sub']}")["legal_accepted_at"]


def test_restricted_instance_shows_no_form(visitor: Visitor, emulator: Emulator) -> None:
    configure(emulator, sign_up_mode="restricted")
    visitor.open("/sign-up")
    assert (visitor.heading, visitor.acts()) == ("Access restricted", [])
    assert not any("/sign-up" in link for link in visitor.open("/sign-in").links())


def test_people_join_the_waitlist(visitor: Visitor, emulator: Emulator, api: Api) -> None:
    configure(emulator, sign_up_mode="waitlist")
    visitor.open("/sign-up", redirect_url=APPLICATION)
    assert visitor.send("waitlist", 422, email_address="eve").alerts
    visitor.send("waitlist", email_address="eve@example.com")
    assert visitor.heading == "You are on the waitlist"
    assert [one["email_address"] for one in api.get("/waitlist_entries")["data"]] == ["eve@example.com"]


def test_sign_up_begins_again(visitor: Visitor) -> None:
    visitor.open("/sign-up", redirect_url=APPLICATION)
    visitor.send("create", email_address="eve@example.com", password=PASSWORD)
    page = visitor.send("restart")
    assert visitor.heading == "Sign up"
    assert "eve@example.com" not in page.response.text


@pytest.mark.parametrize("path", ["/sign-up", "/sign-in/create", "/sign-up/", "/waitlist"])
def test_addresses_of_the_page(visitor: Visitor, path: str) -> None:
    visitor.open(path, redirect_url=APPLICATION)
    assert visitor.heading == "Sign up"


def test_signed_in_browser_is_sent_on(visitor: Visitor, ada: Json) -> None:
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    visitor.open("/sign-up", redirect_url=APPLICATION)
    assert str(visitor.left_for).startswith(APPLICATION)
