"""Users grant OAuth applications access on the consent page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.dashboard.test_escaping import ATTACKS
from tests.emulator.markup import Page
from tests.emulator.pages.conftest import Visitor

CALLBACK = "http://localhost:5000/callback"


@pytest.fixture
def application(api: Api) -> Json:
    created: Json = api.post(
        "/oauth_applications",
        {
            "name": "Calendar",
            "redirect_uris": [CALLBACK],
            "scopes": "profile email user:org:read",
            "consent_screen_enabled": True,
        },
    )
    return created


def ask(application: Json, **changes: str) -> dict[str, str]:
    request = {
        "response_type": "code",
        "client_id": application["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "profile email",
        "state": "a-long-state",
    }
    return request | changes


def answer(visitor: Visitor) -> dict[str, str]:
    """Return what the application is told."""
    assert str(visitor.left_for).startswith(CALLBACK)
    return {name: value for name, (value,) in parse_qs(urlsplit(str(visitor.left_for)).query).items()}


def decide(visitor: Visitor, act: str, **fields: str) -> httpx.Response:
    (form,) = visitor.page.all("form")
    sent = {"csrf_token": str(visitor._value(form, "csrf_token")), "act": act, **fields}
    return visitor.http.post(form.get("action"), data=sent)


def test_user_signs_in_consents_and_returns_with_a_code(
    visitor: Visitor, emulator: Emulator, api: Api, ada: Json, application: Json
) -> None:
    visitor.open("/oauth/authorize", **ask(application))
    assert visitor.heading == "Sign in"
    visitor.send("person", user_id=ada["id"])
    assert visitor.heading == "Calendar asks for access"
    text = visitor.page.text()
    assert "ada@example.com" in text
    assert "You will return to localhost:5000." in text
    visitor._follow(decide(visitor, "allow"), 200)
    told = answer(visitor)
    assert told.keys() == {"code", "state"}
    tokens = httpx.post(
        f"{emulator.origin}/oauth/token",
        data={"grant_type": "authorization_code", "code": told["code"], "redirect_uri": CALLBACK},
        auth=(application["client_id"], application["client_secret"]),
        trust_env=False,
    ).json()
    assert set(tokens["scope"].split()) == {"profile", "email"}
    visitor.open("/oauth/authorize", **ask(application))
    assert answer(visitor)["code"] != told["code"]


def test_user_signs_in_again_if_the_application_asks_for_it(
    visitor: Visitor, emulator: Emulator, api: Api, ada: Json, application: Json
) -> None:
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    emulator.clock.advance(5)
    visitor.open("/oauth/authorize", **ask(application, prompt="login"))
    assert visitor.heading == "Sign in"
    visitor.send("person", user_id=ada["id"])
    assert visitor.heading == "Calendar asks for access"
    assert [one["status"] for one in api.get("/sessions", user_id=ada["id"])] == ["active", "removed"]
    visitor._follow(decide(visitor, "allow"), 200)
    assert "code" in answer(visitor)


def test_user_denies(visitor: Visitor, ada: Json, application: Json) -> None:
    visitor.open("/oauth/authorize", **ask(application))
    visitor.send("person", user_id=ada["id"])
    visitor._follow(decide(visitor, "deny"), 200)
    assert answer(visitor)["error"] == "access_denied"


def test_organization_is_chosen_if_the_application_asks_for_one(
    visitor: Visitor, emulator: Emulator, api: Api, ada: Json, application: Json
) -> None:
    engines = api.post("/organizations", {"name": "Engines", "created_by": ada["id"]})["id"]
    others = api.post("/organizations", {"name": "Others", "created_by": api.user(username="other_one")["id"]})["id"]
    visitor.open("/oauth/authorize", **ask(application, scope="profile user:org:read"))
    visitor.send("person", user_id=ada["id"])
    assert visitor.page.fields(visitor.page.all("form")[0].get("action"))["organization_id"] == engines
    assert decide(visitor, "allow", organization_id=others).status_code == 403
    visitor._follow(decide(visitor, "allow", organization_id=engines), 200)
    assert "code" in answer(visitor)


def test_form_post_returns_a_page_that_sends_the_answer(visitor: Visitor, ada: Json, application: Json) -> None:
    visitor.open("/oauth/authorize", **ask(application, response_mode="form_post"))
    visitor.send("person", user_id=ada["id"])
    (form,) = Page(decide(visitor, "allow")).all("form")
    assert form.get("action") == CALLBACK
    assert {one.get("name") for one in form.iter("input")} == {"code", "state"}


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "unknown"},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": CALLBACK + "/../x"},
        {"response_type": "token"},
        {"scope": "public_metadata everything"},
    ],
)
def test_requests_that_no_application_has_made_are_refused(
    visitor: Visitor, ada: Json, application: Json, changes: dict[str, str]
) -> None:
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    page = visitor.open("/oauth-consent", 400, **ask(application, **changes))
    assert page.alerts
    assert page.all("form") == []


def test_consent_needs_the_token_of_the_browser(visitor: Visitor, api: Api, ada: Json, application: Json) -> None:
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    address = f"/oauth-consent?{urlencode(ask(application))}"
    for sent in ({"act": "allow"}, {"act": "allow", "csrf_token": "x"}):
        assert visitor.http.post(address, data=sent).status_code == 403
    policy = visitor.open(address).response.headers["content-security-policy"]
    assert "http://localhost:5000" in policy.partition("form-action")[2]


@pytest.mark.parametrize("attack", ATTACKS)
def test_scripts_in_names_and_requests_are_text(
    visitor: Visitor, emulator: Emulator, api: Api, ada: Json, application: Json, attack: str
) -> None:
    api.patch(f"/oauth_applications/{application['id']}", {"name": attack})
    visitor.open("/sign-in")
    visitor.send("person", user_id=ada["id"])
    page = visitor.open("/oauth-consent", **ask(application, state=attack * 2, nonce=attack))
    assert attack in page.text()
    visitor.open("/oauth-consent", 400, **ask(application, client_id=attack))
