"""Links in emails that sign people in and up on the hosted pages."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Json
from tests.emulator.frontend_api.messages import last_message
from tests.emulator.frontend_api.settings import change_attribute
from tests.emulator.pages.conftest import APPLICATION, PASSWORD, Visitor


@pytest.fixture
def other(emulator: Emulator) -> Iterator[Visitor]:
    """Another browser."""
    with httpx.Client(base_url=emulator.origin, trust_env=False, timeout=10) as client:
        yield Visitor(emulator, client)


@pytest.fixture(autouse=True)
def _links(emulator: Emulator) -> None:
    change_attribute(emulator, "email_address", first_factors=["email_link"], verifications=["email_link"])


def link(emulator: Emulator) -> str:
    url: str = last_message(emulator)["data"]["magic_link"]
    return url.removeprefix(emulator.origin)


def ask_for_link(visitor: Visitor) -> None:
    visitor.open("/sign-in", redirect_url=APPLICATION)
    visitor.send("identify", identifier="ada@example.com")
    visitor.open("/sign-in", redirect_url=APPLICATION, method="choose")
    visitor.send("send", strategy="email_link")
    assert visitor.heading == "Open the link"


def test_link_signs_in(visitor: Visitor, emulator: Emulator, ada: Json) -> None:
    ask_for_link(visitor)
    visitor.open("/sign-in", redirect_url=APPLICATION)
    assert (visitor.heading, visitor.left_for) == ("Open the link", None)
    visitor.open(link(emulator))
    assert visitor.session_claims()["sub"] == ada["id"]


def test_link_in_another_browser_signs_in_the_one_that_has_asked(
    visitor: Visitor, other: Visitor, emulator: Emulator, ada: Json
) -> None:
    ask_for_link(visitor)
    other.open(link(emulator))
    assert other.page.notices == ["The link was accepted. Go on in the browser that has asked for it."]
    visitor.open("/sign-in", redirect_url=APPLICATION)
    assert visitor.session_claims()["sub"] == ada["id"]


def test_expired_and_used_links_are_told(visitor: Visitor, other: Visitor, emulator: Emulator, ada: Json) -> None:
    ask_for_link(visitor)
    sent = link(emulator)
    emulator.clock.advance(601)
    other.open(sent)
    assert other.page.alerts == ["The link has expired. Ask for a new one."]
    visitor.open("/sign-in", redirect_url=APPLICATION, method="choose")
    visitor.send("send", strategy="email_link")
    other.open(link(emulator))
    other.open(sent)
    assert other.page.alerts


def test_link_verifies_a_sign_up(visitor: Visitor, emulator: Emulator) -> None:
    visitor.open("/sign-up", redirect_url=APPLICATION)
    visitor.send("create", email_address="eve@example.com", password=PASSWORD)
    assert visitor.heading == "Open the link"
    visitor.open(link(emulator))
    assert visitor.session_claims()["sub"]
