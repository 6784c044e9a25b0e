"""Clerk's prebuilt components render and work."""

from __future__ import annotations

import json
import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import CODE, EMAIL, PASSWORD, create_user, sign_in


def mount(page: ClerkPage, name: str, path: str = "/", **options: object) -> Page:
    """Open a page that mounts a component, such as `SignIn`."""
    page.open(f"{path}?{urlencode({'mount': name, 'options': json.dumps(options)})}")
    # Requests of the component that fail are problems, also those that it does not wait for.
    page.page.wait_for_load_state("networkidle")
    return page.page


def sign_in_and_mount(page: ClerkPage, clerk: Clerk, name: str, **options: object) -> Page:
    """Sign Ada in, and mount a component for her."""
    create_user(clerk, last_name="Lovelace")
    page.open()
    assert sign_in(page) == "complete"
    return mount(page, name, **options)


@pytest.mark.flow("`<SignIn/>`")
def test_sign_in(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    page = mount(clerk_page, "SignIn", "/sign-in", forceRedirectUrl="/?done", signUpUrl="/sign-up")
    page.locator("input[name=identifier]").fill(EMAIL)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.locator("input[name=password]").fill("difference engine")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_text(re.compile("password is incorrect", re.IGNORECASE)).first).to_be_visible()
    clerk_page.forget(422)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    page.wait_for_url("**/?done*")
    assert clerk_page.loaded().user_id == user.id


@pytest.mark.flow("`<SignIn/>` with a social provider: sign up, then sign in")
def test_sign_in_with_provider(clerk_page: ClerkPage, clerk: Clerk) -> None:
    for _ in range(2):
        page = mount(clerk_page, "SignIn", "/sign-in", forceRedirectUrl="/?done", signUpForceRedirectUrl="/?done")
        page.get_by_role("button", name="Google").click()
        page.get_by_label("Email address").fill(EMAIL)
        page.get_by_label("First name").fill("Ada")
        page.get_by_role("button", name="Continue", exact=True).click()
        page.wait_for_url("**/?done*")
        (user,) = clerk.users.list()
        assert (user.id, user.first_name) == (clerk_page.loaded().user_id, "Ada")
        assert [account.provider for account in user.external_accounts] == ["oauth_google"]
        page.context.clear_cookies()


@pytest.mark.flow("`<SignUp/>`")
def test_sign_up(clerk_page: ClerkPage, clerk: Clerk) -> None:
    page = mount(clerk_page, "SignUp", "/sign-up", forceRedirectUrl="/?done", signInUrl="/sign-in")
    page.locator("input[name=emailAddress]").fill(EMAIL)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.get_by_text(EMAIL)).to_be_visible()
    page.keyboard.type(CODE)
    page.wait_for_url("**/?done*")
    user = clerk.users.find(email_address=EMAIL)
    assert user is not None
    assert clerk_page.loaded().user_id == user.id


@pytest.mark.flow("`<UserButton/>`")
def test_user_button(clerk_page: ClerkPage, clerk: Clerk) -> None:
    page = sign_in_and_mount(clerk_page, clerk, "UserButton", afterSignOutUrl="/?out")
    page.get_by_role("button", name="Open user menu").click()
    expect(page.get_by_text("Ada Lovelace").first).to_be_visible()
    page.get_by_role("button", name="Manage account").click()
    expect(page.get_by_role("heading", name="Profile details")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open user menu").click()
    page.get_by_role("button", name="Sign out").click()
    clerk_page.signed_out()
    assert "__session" not in clerk_page.cookies()


@pytest.mark.flow("`<OrganizationSwitcher/>`")
def test_organization_switcher(clerk_page: ClerkPage, clerk: Clerk) -> None:
    acts = ("CreateOrganization", "SelectOrganization", "SelectPersonal")
    page = sign_in_and_mount(clerk_page, clerk, "OrganizationSwitcher", **{f"after{act}Url": "here" for act in acts})

    page.get_by_role("button", name="Open organization switcher").click()
    page.get_by_role("button", name="Create organization").click()
    page.locator("input[name=name]").fill("Engines")
    page.get_by_role("button", name="Create organization", exact=True).click()
    page.wait_for_function("() => window.Clerk?.organization?.name === 'Engines'")
    assert [one.name for one in clerk.organizations.list()] == ["Engines"]
    with page.expect_navigation():
        page.get_by_role("button", name="Skip").click()
    for name, chosen in (("Personal account", None), ("Engines", "Engines")):
        clerk_page.loaded()
        page.get_by_role("button", name="Open organization switcher").click()
        with page.expect_navigation():
            page.get_by_role("button", name=name).click()
        assert clerk_page.loaded().run("return Clerk.organization?.name") == chosen


@pytest.mark.flow("`<UserProfile/>`")
def test_user_profile(clerk_page: ClerkPage, clerk: Clerk) -> None:
    page = sign_in_and_mount(clerk_page, clerk, "UserProfile", routing="hash")
    expect(page.get_by_role("heading", name="Profile details")).to_be_visible()
    page.get_by_role("button", name="Update profile").click()
    first_name, save = page.locator("input[name=firstName]"), page.get_by_role("button", name="Save")
    # What is typed before the form has its values is lost.
    expect(first_name).to_have_value("Ada")
    expect(save).to_be_disabled()
    first_name.fill("Augusta")
    expect(save).to_be_enabled()
    # The button moves when the field loses the focus, so that a click can miss it.
    first_name.press("Enter")
    page.wait_for_function("() => Clerk.user.firstName === 'Augusta'")
    page.get_by_role("button", name="Security").click()
    expect(page.get_by_role("heading", name="Security")).to_be_visible()
    expect(page.get_by_text("This device")).to_be_visible()


@pytest.mark.flow("`<OrganizationProfile/>`")
def test_organization_profile(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    clerk.organizations.create(name="Engines", created_by=user.id)
    clerk_page.open()
    sign_in(clerk_page)
    clerk_page.run("await Clerk.setActive({ organization: Clerk.user.organizationMemberships[0].organization.id })")
    page = mount(clerk_page, "OrganizationProfile", routing="hash")
    page.get_by_role("button", name="Members").click()
    expect(page.get_by_role("heading", name="Members")).to_be_visible()
    expect(page.get_by_text(EMAIL).first).to_be_visible()


@pytest.mark.flow("`<CreateOrganization/>`, `<OrganizationList/>`, `<APIKeys/>`, `<PricingTable/>`")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("CreateOrganization", "Create organization"),
        ("OrganizationList", "Analytical Engines"),
        ("APIKeys", "No API keys found"),
        ("PricingTable", "Pro"),
    ],
)
def test_component_renders(
    clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator, name: str, shown: str
) -> None:
    clerk_emulator.billing.add_plan("pro", name="Pro", amount=1000)
    user = create_user(clerk)
    clerk.organizations.create(name="Analytical Engines", created_by=user.id)
    clerk_page.open()
    sign_in(clerk_page)
    page = mount(clerk_page, name)
    expect(page.get_by_text(shown).first).to_be_visible()


@pytest.mark.flow("`<Waitlist/>`")
def test_waitlist(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.update_settings(authentication={"sign_up_mode": "waitlist"})
    page = mount(clerk_page, "Waitlist")
    page.locator("input[name=emailAddress]").fill(EMAIL)
    page.get_by_role("button", name="Join the waitlist").click()
    expect(page.get_by_text("Thanks for joining the waitlist")).to_be_visible()
    assert [entry.email_address for entry in clerk.waitlist_entries.list()] == [EMAIL]
