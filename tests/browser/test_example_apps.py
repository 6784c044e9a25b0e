"""The projects in examples/: one command serves each, and people use it in the browser."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from clerkkit import Clerk
from tests.browser import npm
from tests.browser.test_readme import free_port


@contextmanager
def serving(target: str) -> Generator[dict[str, str]]:
    """Run a target of the Makefile until the end of the block, and return what it prints, by its labels."""
    command = ["make", "--silent", "-o", ".venv/.ready", target, f"PORT={free_port()}"]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLERK_", "MAKE"))}
    with subprocess.Popen(
        command, cwd=npm.ROOT, env=inherited, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as program:
        try:
            assert program.stdout is not None
            printed: dict[str, str] = {}
            for line in program.stdout:
                label, _, value = line.partition(":")
                printed[label] = value.strip()
                if label == "Application":
                    break
            yield printed
        finally:
            os.killpg(program.pid, signal.SIGTERM)
            program.wait(20)


@pytest.mark.flow("a complete project: sign in, add a note, invite a member, see a change that a webhook brings")
@pytest.mark.parametrize("target", ["example-fastapi", "example-django"])
def test_project_serves_the_members_of_an_organization(
    page: Page, new_context: Callable[..., BrowserContext], target: str
) -> None:
    with serving(target) as printed:
        home = printed["Application"]
        wait_until_it_serves(home)
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


def wait_until_it_serves(home: str) -> None:
    """Wait until the server, which prints its address first, accepts connections."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
        client.get(home)


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
