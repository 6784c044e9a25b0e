"""People sign up."""

from __future__ import annotations

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import ACTIVATE, CODE, EMAIL, PASSWORD, create_user

START = (
    "const { status, missingFields, unverifiedFields } = await Clerk.client.signUp.create(given); "
    "return [status, missingFields, unverifiedFields];"
)
VERIFY = f"const attempt = await Clerk.client.signUp.attemptEmailAddressVerification({{ code: given }}); {ACTIVATE}"
ACCOUNT = {"emailAddress": EMAIL, "password": PASSWORD, "firstName": "Ada"}


@pytest.mark.flow("sign up: password and code by email")
def test_email_and_password(clerk_page: ClerkPage, clerk: Clerk) -> None:
    clerk_page.open()
    assert clerk_page.run(START, ACCOUNT) == ["missing_requirements", [], ["email_address"]]
    clerk_page.run("await Clerk.client.signUp.prepareEmailAddressVerification({ strategy: 'email_code' })")
    assert clerk_page.refusal(VERIFY, "111111") == ["form_code_incorrect"]
    assert clerk.users.list() == []
    assert clerk_page.run(VERIFY, CODE) == "complete"
    user = clerk.users.find(email_address=EMAIL)
    assert user is not None
    assert (user.first_name, user.id) == ("Ada", clerk_page.user_id)
    assert clerk.users.password_matches(user.id, PASSWORD)


@pytest.mark.flow("sign up: missing fields are added later")
def test_missing_fields_can_follow(clerk_page: ClerkPage) -> None:
    clerk_page.open()
    status, missing, _ = clerk_page.run(START, {"emailAddress": EMAIL})
    assert (status, missing) == ("missing_requirements", ["password"])
    updated = clerk_page.run("return (await Clerk.client.signUp.update(given)).missingFields", {"password": PASSWORD})
    assert updated == []
    clerk_page.run("await Clerk.client.signUp.prepareEmailAddressVerification({ strategy: 'email_code' })")
    assert clerk_page.run(VERIFY, CODE) == "complete"


@pytest.mark.flow("sign up: rejected values")
def test_rejected_values(clerk_page: ClerkPage, clerk: Clerk) -> None:
    create_user(clerk)
    clerk_page.open()
    assert clerk_page.refusal(START, ACCOUNT) == ["form_identifier_exists"]
    weak = {**ACCOUNT, "emailAddress": "bob+clerk_test@example.com", "password": "short"}
    assert clerk_page.refusal(START, weak) == ["form_password_length_too_short"]
    malformed = {**ACCOUNT, "emailAddress": "nobody"}
    assert clerk_page.refusal(START, malformed) == ["form_param_format_invalid"]


@pytest.mark.flow("sign up: by invitation only")
def test_invitation(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    clerk_emulator.update_settings(authentication={"sign_up_mode": "restricted"})
    clerk_page.open()
    assert clerk_page.refusal(START, ACCOUNT) == ["sign_up_mode_restricted"]
    invitation = clerk.invitations.create(email_address=EMAIL, redirect_url=clerk_page.site.url("/sign-up"))
    assert invitation.url
    # The link in the mail leads to the application, with the ticket.
    clerk_page.page.goto(invitation.url)
    clerk_page.loaded()
    assert clerk_page.page.url.startswith(clerk_page.site.url("/sign-up"))
    code = f"""
        const ticket = new URL(location.href).searchParams.get('__clerk_ticket');
        const attempt = await Clerk.client.signUp.create({{ strategy: 'ticket', ticket, password: given }}); {ACTIVATE}
    """
    assert clerk_page.run(code, PASSWORD) == "complete"
    user = clerk.users.find(email_address=EMAIL)
    assert user is not None
    assert user.id == clerk_page.user_id
    assert [one.status for one in clerk.invitations.list()] == ["accepted"]
