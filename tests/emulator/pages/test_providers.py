"""People sign in and up with social providers on the hosted pages."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.pages.conftest import APPLICATION, Visitor
from tests.emulator.pages.test_sign_up import configure

PEOPLE = {"email_address": "eve@example.com", "first_name": "Eve"}


@pytest.fixture(autouse=True)
def _providers(emulator: Emulator) -> None:
    configure(emulator, social_providers=["github", "google"])


def use_provider(visitor: Visitor, path: str, **person: str) -> None:
    """Begin with GitHub on a page, and be this person there."""
    page = visitor.open(path, redirect_url=APPLICATION)
    buttons = [page.text(one) for one in page.all("button") if one.get("name") == "strategy"]
    assert buttons == ["Continue with GitHub", "Continue with Google"]
    visitor.send("provider", strategy="oauth_github")
    assert visitor.heading == "Sign in with GitHub"
    visitor.send("enter", **person)


def test_known_person_signs_in(visitor: Visitor, ada: Json) -> None:
    use_provider(visitor, "/sign-in", email_address="ada@example.com")
    assert visitor.session_claims()["sub"] == ada["id"]


def test_unknown_person_is_asked_and_signs_up(visitor: Visitor, api: Api) -> None:
    use_provider(visitor, "/sign-in", **PEOPLE)
    assert (visitor.heading, visitor.left_for) == ("Create an account?", None)
    assert api.get("/users") == []
    visitor.send("transfer")
    user = api.get(f"/users/{visitor.session_claims()['sub']}")
    assert (user["first_name"], user["external_accounts"][0]["provider"]) == ("Eve", "oauth_github")


def test_person_signs_up(visitor: Visitor, api: Api) -> None:
    use_provider(visitor, "/sign-up", **PEOPLE)
    user = api.get(f"/users/{visitor.session_claims()['sub']}")
    assert user["email_addresses"][0]["email_address"] == "eve@example.com"


def test_known_person_who_signs_up_is_asked_and_signs_in(visitor: Visitor, ada: Json) -> None:
    use_provider(visitor, "/sign-up", email_address="ada@example.com")
    assert visitor.heading == "Sign in?"
    visitor.send("transfer")
    assert visitor.session_claims()["sub"] == ada["id"]


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up"])
def test_person_who_denies_is_told(visitor: Visitor, path: str) -> None:
    visitor.open(path, redirect_url=APPLICATION)
    visitor.send("provider", strategy="oauth_google")
    page = visitor.send("deny")
    assert page.alerts == ["The person did not sign in at the provider."]
    assert "provider" in visitor.acts()


def test_provider_that_is_not_enabled_is_refused(visitor: Visitor) -> None:
    visitor.open("/sign-in")
    assert visitor.send("provider", 400, strategy="oauth_apple").alerts
    assert visitor.send("provider", 400, strategy="oauth_<script>").alerts


def test_instance_without_providers_has_no_buttons(visitor: Visitor, emulator: Emulator) -> None:
    configure(emulator, social_providers=[])
    for path in ("/sign-in", "/sign-up"):
        visitor.open(path)
        assert "provider" not in visitor.acts()
