"""The hosted pages in a real browser, with an application that loads Clerk's unmodified frontend."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.emulator_pages import PASSWORD, OwnPage
from tests.browser.site import Site


def address(emulator: Emulator, site: Site, path: str = "/sign-in") -> str:
    return f"{emulator.origin}{path}?{urlencode({'redirect_url': site.url('/welcome')})}"


@pytest.fixture
def ada(clerk: Clerk) -> str:
    """The id of a user with an email address and a password."""
    return clerk.users.create(first_name="Ada", email_address=["ada@example.com"], password=PASSWORD).id


@pytest.mark.flow("sign in on the hosted page")
def test_sign_in_by_keyboard_returns_to_the_application(
    clerk_page: ClerkPage, clerk_emulator: Emulator, site: Site, ada: str
) -> None:
    page = clerk_page.page
    page.goto(address(clerk_emulator, site))
    page.get_by_label("Email address, phone number or username").focus()
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Enter")
    page.get_by_label("Password of ada@example.com").focus()
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The password is incorrect.")
    clerk_page.forget(422)
    page.get_by_label("Password of ada@example.com").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.origin}/welcome**")
    clerk_page.loaded()
    assert clerk_page.user_id == ada
    assert "__clerk_db_jwt" not in page.url


@pytest.mark.flow("sign in on the hosted page with one click, and sign out")
def test_one_click_and_sign_out(clerk_page: ClerkPage, clerk_emulator: Emulator, site: Site, ada: str) -> None:
    page = clerk_page.page
    page.goto(address(clerk_emulator, site))
    page.get_by_role("button", name="Ada").click()
    page.wait_for_url(f"{site.origin}/welcome**")
    assert clerk_page.loaded().user_id == ada
    page.goto(address(clerk_emulator, site, "/sign-out"))
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site.origin}/welcome**")
    assert clerk_page.loaded().user_id is None


@pytest.mark.flow("sign up on the hosted page")
def test_sign_up_with_the_code_in_the_dashboard(
    clerk_page: ClerkPage, clerk_emulator: Emulator, site: Site, new_page: Callable[..., ClerkPage]
) -> None:
    page = clerk_page.page
    page.goto(address(clerk_emulator, site, "/sign-up"))
    page.get_by_label("Email address").fill("eve@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
    messages = page.context.new_page()
    messages.goto(f"{clerk_emulator.origin}/dashboard/messages")
    code = messages.locator("code.code").first.inner_text()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url(f"{site.origin}/welcome**")
    assert clerk_page.loaded().run("return Clerk.user.primaryEmailAddress.emailAddress") == "eve@example.com"


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_pages_fit_and_are_accessible(
    new_page: Callable[..., ClerkPage], clerk_emulator: Emulator, ada: str, width: int, scheme: str
) -> None:
    clerk_page = new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    own = OwnPage(clerk_page.page, clerk_emulator.origin)
    for path in ("/sign-in", "/sign-up"):
        own.open(path)
        assert own.overflow() <= 0, path
        assert own.accessibility_violations() == [], path
    page = own.open("/sign-in")
    page.get_by_role("button", name="Ada").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada")
    for path in ("/user", "/sign-out"):
        own.open(path)
        assert own.overflow() <= 0, path
        assert own.accessibility_violations() == [], path
    assert own.problems == []


def test_works_without_scripts(new_page: Callable[..., ClerkPage], clerk_emulator: Emulator, ada: str) -> None:
    page = new_page(java_script_enabled=False).page
    page.goto(f"{clerk_emulator.origin}/sign-in")
    page.get_by_label("Email address, phone number or username").fill("ada@example.com")
    page.get_by_role("button", name="Continue", exact=True).click()
    page.get_by_label("Password of ada@example.com").fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are signed in.")
