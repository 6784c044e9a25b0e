"""Clerk's components show what users and organizations are billed, and the domains and requests of an organization."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import create_user, sign_in
from tests.browser.test_components import mount


@pytest.mark.flow("`<UserProfile/>`: plans, payments and API keys")
def test_billing_of_user(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.billing.add_plan("pro", name="Pro", amount=2000)
    user = create_user(clerk)
    clerk_emulator.billing.checkout(user.id, "pro")
    clerk_page.open()
    sign_in(clerk_page)
    page = mount(clerk_page, "UserProfile", routing="hash")
    page.get_by_role("button", name="Billing").click()
    expect(page.get_by_text("Pro", exact=True).first).to_be_visible()
    expect(page.get_by_text(re.compile("4242")).first).to_be_visible()
    page.get_by_role("tab", name="Payments").click()
    expect(page.get_by_text("$20.00").first).to_be_visible()
    page.get_by_role("tab", name="Statements").click()
    expect(page.get_by_text("$20.00").first).to_be_visible()


@pytest.mark.flow("`<OrganizationProfile/>`: domains, invitations, requests, billing")
def test_organization(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.billing.add_plan("company", name="Company", payer_type="org", amount=9900)
    user = create_user(clerk)
    organization = clerk.organizations.create(name="Engines", created_by=user.id)
    clerk.organization_domains.create(organization.id, name="engines.test", enrollment_mode="automatic_suggestion")
    clerk.organization_invitations.create(organization.id, email_address="grace@example.com", role="org:member")
    clerk_emulator.billing.checkout(organization.id, "company")
    clerk_page.open()
    sign_in(clerk_page)
    clerk_page.run("await Clerk.setActive({ organization: given })", organization.id)
    page = mount(clerk_page, "OrganizationProfile", routing="hash")
    expect(page.get_by_text("engines.test").first).to_be_visible()
    page.get_by_role("button", name="Members").click()
    page.get_by_role("tab", name="Invitations").click()
    expect(page.get_by_text("grace@example.com").first).to_be_visible()
    page.get_by_role("button", name="Billing").click()
    expect(page.get_by_text("Company", exact=True).first).to_be_visible()
    page.get_by_role("tab", name="Payments").click()
    expect(page.get_by_text("$99.00").first).to_be_visible()
