"""The projects in examples/: one command serves each, and people use it in the browser."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from clerkkit import Clerk
from tests.browser import newcomer


@pytest.mark.flow("a complete project: sign in, add a note, invite a member, see a change that a webhook brings")
@pytest.mark.parametrize("target", ["example-fastapi", "example-django"])
def test_project_serves_the_members_of_an_organization(
    page: Page, new_context: Callable[..., BrowserContext], target: str
) -> None:
    with newcomer.serving_checkout(target) as printed:
        home = printed["Application"]
        email_address, password = printed["Sign in as"].split(", with the password: ")
        page.goto(home)
        page.get_by_role("link", name="Sign in").click()
        page.get_by_label("Email address").fill(email_address)
        page.get_by_role("button", name="Continue", exact=True).click()
        page.get_by_label("Password of").fill(password)
        page.get_by_role("button", name="Continue", exact=True).click()
        expect(page).to_have_url(f"{home}organizations")

        page.get_by_role("link", name="Analytical Engines").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Analytical Engines")
        page.get_by_label("New note").fill("Oil the <b>mill</b>")
        page.get_by_role("button", name="Add note").click()
        note = page.get_by_role("article")
        expect(note).to_contain_text("Oil the <b>mill</b>")
        expect(note).to_contain_text("Ada Lovelace")

        page.get_by_role("link", name="Members").click()
        page.get_by_label("Email address").fill("mary@example.com")
        page.get_by_label("Role", exact=True).select_option(label="Moderator")
        page.get_by_role("button", name="Invite").click()
        expect(page.get_by_role("listitem")).to_contain_text("mary@example.com (Moderator)")
        accept_invitation(new_context().new_page(), printed["Local Clerk"], home)
        page.reload()
        expect(page.get_by_role("row", name="mary@example.com").get_by_role("cell").nth(1)).to_have_text("Moderator")
        page.get_by_label("Role of Charles Babbage").select_option(label="Admin")
        page.get_by_role("row", name="Charles Babbage").get_by_role("button", name="Change role").click()
        expect(page.get_by_role("row", name="Charles Babbage").get_by_role("cell").nth(1)).to_have_text("Admin")

        rename(printed["Local Clerk"], email_address, "King")
        page.get_by_role("link", name="Notes", exact=True).click()
        for _ in range(40):
            if "Ada King" in note.inner_text():
                break
            page.wait_for_timeout(500)
            page.reload()
        expect(note).to_contain_text("Ada King")
        page.get_by_role("link", name="Settings").click()
        page.get_by_role("button", name="Delete organization").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your organizations")
        expect(page.get_by_role("main")).not_to_contain_text("Analytical Engines")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def accept_invitation(page: Page, local_clerk: str, home: str) -> None:
    """Follow the link in the email of the invitation, and sign up."""
    with client_of(local_clerk) as clerk:
        organization = clerk.organizations.get("engines")
        (invitation,) = clerk.organization_invitations.iterate(organization.id)
    assert invitation.url
    page.goto(invitation.url)
    page.get_by_label("Password").fill("mechanism of the heavens")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page).to_have_url(f"{home}organizations")
    page.get_by_role("link", name="Analytical Engines").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Analytical Engines")


def client_of(local_clerk: str) -> Clerk:
    """Return a client of the local Clerk."""
    key = httpx.get(f"{local_clerk}_emulator/instance").json()["secret_key"]
    return Clerk(key, base_url=local_clerk)


def rename(local_clerk: str, email_address: str, last_name: str) -> None:
    """Change the name of a user at the local Clerk, which sends the event to the application."""
    with client_of(local_clerk) as clerk:
        user = clerk.users.find(email_address=email_address)
        assert user is not None
        clerk.users.update(user.id, last_name=last_name)
