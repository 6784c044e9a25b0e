"""The section "Try it in a browser" of README.md: its commands run, and its steps lead to what it says."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser import newcomer


@pytest.mark.flow("the first minutes of the README: three commands")
def test_first_minutes(page: Page) -> None:
    assert newcomer.COMMANDS == ["git clone REPOSITORY clerkkit", "cd clerkkit", "make example-fastapi"]
    with newcomer.serving_checkout("example-fastapi") as addresses:
        newcomer.sign_in(page, addresses["Application"])
        page.get_by_role("link", name="Analytical Engines").click()
        page.get_by_label("New note").fill("Oil the engine")
        page.get_by_role("button", name="Add note").click()
        expect(page.get_by_text("Oil the engine")).to_be_visible()
        page.goto(addresses["Local Clerk"])
        expect(page.get_by_role("cell", name="UsersGetOrganizationMemberships", exact=True).first).to_be_visible()
        page.get_by_role("link", name="Events", exact=True).click()
        expect(page.get_by_role("link", name="session.created")).to_be_visible()


def test_the_measured_commands_are_those_of_the_page() -> None:
    assert f": {len(newcomer.COMMANDS)} commands and" in newcomer.SECTION
