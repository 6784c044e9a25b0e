"""People sign in on the hosted page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.pages.conftest import APPLICATION, PASSWORD, Visitor


def last_code(emulator: Emulator) -> str:
    """Return the code in the last message."""
    sent = [event for event in emulator.events if event["type"] in ("email.created", "sms.created")]
    code: str = sent[-1]["data"]["data"]["otp_code"]
    return code


def begin(visitor: Visitor, identifier: str = "ada@example.com", **query: str) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION, **query)
    visitor.send("identify", identifier=identifier)


@pytest.mark.parametrize("identifier", ["ada@example.com", " ADA@example.com ", "+15551230001", "ada_lovelace"])
def test_password_signs_in_and_returns_to_the_application(visitor: Visitor, ada: Json, identifier: str) -> None:
    begin(visitor, identifier)
    assert visitor.heading == "Enter your password"
    visitor.send("password", password=PASSWORD)
    assert visitor.left_for is not None
    target = urlsplit(visitor.left_for)
    assert (target.netloc, target.path) == ("localhost:3000", "/welcome")
    assert parse_qs(target.query).keys() == {"tab", "__clerk_db_jwt"}
    claims = visitor.session_claims()
    assert (claims["sub"], claims["azp"]) == (ada["id"], "http://localhost:3000")


def test_wrong_password_is_told_and_counted(visitor: Visitor, api: Api, ada: Json) -> None:
    begin(visitor)
    page = visitor.send("password", 422, password="wrong")
    assert page.alerts == ["The password is incorrect. Try again, or use another method."]
    (field,) = (one for one in page.all("input") if one.get("name") == "password")
    assert (field.get("aria-invalid"), field.get("aria-describedby"), field.get("value")) == ("true", "error", None)
    assert api.get(f"/users/{ada['id']}")["verification_attempts_remaining"] == 9
    for _ in range(9):
        visitor.send("password", 403 if _ == 8 else 422, password="wrong")
    assert api.get(f"/users/{ada['id']}")["locked"]
    visitor.send("password", 403, password=PASSWORD)
    assert visitor.left_for is None


def test_unknown_identifier_is_told_at_the_field(visitor: Visitor) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION)
    page = visitor.send("identify", 422, identifier="nobody@example.com")
    assert page.alerts == ["No account has this identifier."]
    (field,) = (one for one in page.all("input") if one.get("name") == "identifier")
    assert (field.get("value"), field.get("aria-invalid")) == ("nobody@example.com", "true")


def test_code_signs_in(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    begin(visitor)
    visitor.open("/sign-in", redirect_url=APPLICATION, method="choose")
    assert "Email a code to ada@example.com" in visitor.page.text()
    page = visitor.send("send", strategy="email_code")
    assert "It was sent to ada@example.com." in page.text()
    assert "/dashboard/messages" in page.links()
    assert visitor.send("code", 422, code="000000").alerts == ["The code is incorrect."]
    assert visitor.send("send", 429, strategy="email_code").alerts[0].startswith("A code has just been sent.")
    visitor.send("code", code=last_code(emulator))
    assert visitor.session_claims()["sub"] == ada["id"]


def test_codes_can_be_wrong_five_times(visitor: Visitor, ada: Json, emulator: Emulator) -> None:
    begin(visitor)
    visitor.open("/sign-in", method="choose")
    visitor.send("send", strategy="email_code")
    code = last_code(emulator)
    for attempt in range(5):
        page = visitor.send("code", 400 if attempt == 4 else 422, code="000000")
    assert page.alerts == ["There were too many wrong codes. Ask for a new one."]
    assert "code" not in visitor.acts()
    assert code


def test_forgotten_password_is_replaced(visitor: Visitor, emulator: Emulator, api: Api, ada: Json) -> None:
    begin(visitor)
    visitor.open("/sign-in", redirect_url=APPLICATION, method="choose")
    visitor.send("send", strategy="reset_password_email_code")
    visitor.send("code", code=last_code(emulator))
    assert visitor.heading == "Choose a new password"
    assert visitor.send("new_password", 422, password="short").alerts
    visitor.send("new_password", password="another horse battery staple")
    assert visitor.session_claims()["sub"] == ada["id"]
    assert api.post(f"/users/{ada['id']}/verify_password", {"password": "another horse battery staple"})["verified"]


def test_second_factor_is_asked_for(visitor: Visitor, api: Api) -> None:
    user = api.user(
        email_address=["bob@example.com"], password=PASSWORD, totp_secret="JBSWY3DPEHPK3PXP", backup_codes=["backup1"]
    )["id"]  # fmt: skip
    begin(visitor, "bob@example.com")
    visitor.send("password", password=PASSWORD)
    assert visitor.heading == "Enter the code of your authenticator app"
    assert visitor.send("code", 422, code="000000").alerts == ["The code is incorrect."]
    visitor.open("/sign-in", redirect_url=APPLICATION, method="choose")
    visitor.open(next(link for link in visitor.page.links() if "method=backup_code" in link))
    assert visitor.heading == "Enter a backup code"
    visitor.send("code", code="backup1")
    claims = visitor.session_claims()
    assert (claims["sub"], claims["fva"]) == (user, [0, 0])


def test_another_account_can_be_used(visitor: Visitor, ada: Json) -> None:
    begin(visitor)
    page = visitor.send("restart")
    assert visitor.heading == "Sign in"
    assert "ada@example.com" not in page.text(page.all("form")[0])


def test_sign_in_continues_after_a_reload(visitor: Visitor, ada: Json) -> None:
    begin(visitor)
    assert visitor.open("/sign-in", redirect_url=APPLICATION)
    assert visitor.heading == "Enter your password"


def test_idle_sign_in_begins_again(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    begin(visitor)
    emulator.clock.advance(25 * 3600)
    assert visitor.send("password", 400, password=PASSWORD).alerts == ["The sign-in has ended. Begin again."]
    assert visitor.heading == "Sign in"


def test_one_click_signs_in_as_a_user(visitor: Visitor, ada: Json) -> None:
    page = visitor.open("/sign-in", redirect_url=APPLICATION)
    assert "development only" in page.text()
    assert "Ada Lovelace ada@example.com" in page.text()
    visitor.send("person", user_id=ada["id"])
    assert visitor.session_claims()["sub"] == ada["id"]


def test_users_are_found_in_the_list(visitor: Visitor, api: Api) -> None:
    for index in range(10):
        api.user(first_name=f"User{index}", email_address=[f"user{index}@example.com"])
    page = visitor.open("/sign-in", redirect_url=APPLICATION, people="user3@")
    (found,) = (page.text(one) for one in page.all("button") if one.get("name") == "user_id")
    assert found == "User3 user3@example.com"
    search = next(form for form in page.all("form") if form.get("role") == "search")
    assert {one.get("name"): one.get("value") for one in search.iter("input")} == {
        "redirect_url": APPLICATION,
        "people": "user3@",
    }


def test_one_click_is_refused_for_banned_users_and_other_machines(visitor: Visitor, api: Api, ada: Json) -> None:
    visitor.open("/sign-in")
    api.post(f"/users/{ada['id']}/ban")
    assert "is banned" in visitor.send("person", 403, user_id=ada["id"]).alerts[0]
    assert visitor.send("person", 404, user_id="user_none").alerts
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    assert "Ada" not in visitor.http.get("/sign-in", headers=forwarded).text
    sent = {"act": "person", "user_id": ada["id"], "csrf_token": visitor.page.fields("/sign-in")["csrf_token"]}
    assert visitor.http.post("/sign-in", data=sent, headers=forwarded).status_code == 403


def test_ticket_in_the_address_signs_in_after_a_click(visitor: Visitor, api: Api, ada: Json) -> None:
    ticket = api.post("/sign_in_tokens", {"user_id": ada["id"]})["token"]
    visitor.open("/sign-in", redirect_url=APPLICATION, __clerk_ticket=ticket)
    assert api.get("/sessions", user_id=ada["id"]) == []
    visitor.send("ticket")
    assert visitor.session_claims()["sub"] == ada["id"]


def test_signed_in_browser_is_sent_on_at_once(visitor: Visitor, ada: Json) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION)
    visitor.send("person", user_id=ada["id"])
    visitor.open("/sign-in", redirect_url="http://localhost:5000/other")
    assert str(visitor.left_for).startswith("http://localhost:5000/other?__clerk_db_jwt=")
    visitor.open("/sign-in", redirect_url=APPLICATION, prompt="login")
    assert visitor.heading == "Sign in"


def test_second_account_is_added(visitor: Visitor, api: Api, ada: Json) -> None:
    bob = api.user(email_address=["bob@example.com"], first_name="Bob")
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    visitor.open(next(link for link in visitor.page.links() if "prompt=login" in link))
    visitor.send("person", user_id=bob["id"])
    assert visitor.heading == "Bob"
    assert "ada@example.com" in visitor.page.text()


def test_account_that_is_signed_in_already_becomes_active(visitor: Visitor, api: Api, ada: Json) -> None:
    bob = api.user(email_address=["bob@example.com"], first_name="Bob")
    for user in (ada, bob):
        visitor.open("/sign-in", prompt="login")
        visitor.send("person", user_id=user["id"])
    assert visitor.heading == "Bob"
    visitor.open("/sign-in", prompt="login")
    visitor.send("identify", identifier="ada@example.com")
    assert visitor.heading == "Ada Lovelace"
    assert len(api.get("/sessions", user_id=ada["id"])) == 1


def test_development_browser_of_the_application_is_signed_in(visitor: Visitor, ada: Json) -> None:
    created = visitor.http.post("/v1/dev_browser").json()["id"]
    visitor.open("/sign-in", redirect_url=APPLICATION, __clerk_db_jwt=created)
    visitor.send("person", user_id=ada["id"])
    assert parse_qs(urlsplit(str(visitor.left_for)).query)["__clerk_db_jwt"] == [created]
    client = visitor.http.get("/v1/client", params={"__clerk_db_jwt": created}).json()["response"]
    assert client["sessions"][0]["user"]["id"] == ada["id"]


def test_unknown_development_browser_is_replaced(visitor: Visitor, ada: Json) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION, __clerk_db_jwt="dvb_of_an_earlier_run")
    visitor.send("person", user_id=ada["id"])
    assert parse_qs(urlsplit(str(visitor.left_for)).query)["__clerk_db_jwt"] != ["dvb_of_an_earlier_run"]
    assert visitor.session_claims()["sub"] == ada["id"]


def test_events_follow_as_for_the_frontend_api(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    before = len(emulator.events)
    begin(visitor)
    visitor.send("password", password=PASSWORD)
    assert [event["type"] for event in emulator.events[before:]] == ["session.created"]


@pytest.mark.parametrize("act", ["", "explode", "code", "password", "new_password", "send"])
def test_forms_out_of_order_are_refused(visitor: Visitor, ada: Json, act: str) -> None:
    page = visitor.open("/sign-in")
    sent = {"act": act, "csrf_token": page.fields("/sign-in")["csrf_token"]}
    assert visitor.http.post("/sign-in", data=sent).status_code == 400
