"""People sign in and up with social providers, and connect accounts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from tests.browser.clerk_page import ClerkPage
from tests.browser.steps import EMAIL, create_user, signed_in
from tests.emulator.saml import metadata

GRACE = "grace@example.com"

_BEGIN = """
Clerk.client.%s.authenticateWithRedirect({
  strategy: 'oauth_google', redirectUrl: '/sso-callback', redirectUrlComplete: '/welcome',
});
"""


def begin(page: ClerkPage, kind: str) -> None:
    """Begin a sign-in or sign-up, which takes the browser to the page of the provider."""
    page.page.evaluate(_BEGIN.replace("Clerk.", "window.Clerk.") % kind)
    page.page.wait_for_url(re.compile(r"/provider\?"))


def be(page: ClerkPage, email: str, path: str = "/welcome", **names: str) -> None:
    """Sign in at the provider, and wait for the page to which the browser comes back."""
    page.page.get_by_label("Email address").fill(email)
    for label, value in names.items():
        page.page.get_by_label(label.replace("_", " ").capitalize()).fill(value)
    page.page.get_by_role("button", name="Continue", exact=True).click()
    page.page.wait_for_url(page.site.url(path))
    page.loaded()


def come_back(page: ClerkPage, **options: Any) -> None:
    """Let Clerk's frontend handle the return from the provider."""
    page.page.evaluate("(options) => { window.Clerk.handleRedirectCallback(options) }", options)


@pytest.mark.flow("sign in: social provider")
def test_sign_in(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    clerk_page.open()
    begin(clerk_page, "signIn")
    be(clerk_page, EMAIL)
    assert clerk_page.user_id == user.id
    (account,) = clerk.users.get(user.id).external_accounts
    assert account.email_address == EMAIL
    assert clerk_page.reload().user_id == user.id


@pytest.mark.flow("sign in: account of a provider that is in use")
def test_account_in_use(clerk_page: ClerkPage, clerk: Clerk, clerk_emulator: Emulator) -> None:
    user = create_user(clerk)
    clerk_emulator.connect_account(user.id, "google", email_address="ada@gmail.com", provider_user_id="7")
    clerk_page.open()
    begin(clerk_page, "signIn")
    clerk_page.page.get_by_role("button", name="ada@gmail.com").click()
    clerk_page.page.wait_for_url("**/welcome")
    assert clerk_page.loaded().user_id == user.id


@pytest.mark.flow("sign in: social provider, transfer to a sign-up")
def test_transfer_to_sign_up(clerk_page: ClerkPage, clerk: Clerk) -> None:
    clerk_page.open()
    begin(clerk_page, "signIn")
    be(clerk_page, GRACE, "/sso-callback", first_name="Grace")
    come_back(clerk_page, signUpForceRedirectUrl="/new")
    clerk_page.page.wait_for_url("**/new")
    (user,) = clerk.users.list()
    assert clerk_page.loaded().user_id == user.id
    assert (user.first_name, user.email_addresses[0].email_address) == ("Grace", GRACE)


@pytest.mark.flow("sign up: social provider")
def test_sign_up(clerk_page: ClerkPage, clerk: Clerk) -> None:
    clerk_page.open()
    begin(clerk_page, "signUp")
    be(clerk_page, GRACE, first_name="Grace", last_name="Hopper")
    (user,) = clerk.users.list()
    assert clerk_page.user_id == user.id
    assert user.last_name == "Hopper"


@pytest.mark.flow("sign up: social provider, transfer to a sign-in")
def test_transfer_to_sign_in(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk)
    clerk_page.open()
    begin(clerk_page, "signUp")
    be(clerk_page, EMAIL, "/sso-callback")
    come_back(clerk_page, signInForceRedirectUrl="/again")
    clerk_page.page.wait_for_url("**/again")
    assert clerk_page.loaded().user_id == user.id


@pytest.mark.flow("sign in: social provider, cancelled")
def test_cancel(clerk_page: ClerkPage, clerk: Clerk) -> None:
    clerk_page.open()
    begin(clerk_page, "signIn")
    clerk_page.page.get_by_role("button", name="Cancel").click()
    clerk_page.page.wait_for_url("**/sso-callback")
    clerk_page.loaded()
    error = clerk_page.run("return Clerk.client.signIn.firstFactorVerification.error.code")
    assert (error, clerk_page.user_id) == ("oauth_access_denied", None)


@pytest.mark.flow("sign in: enterprise connection")
def test_enterprise_connection(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = create_user(clerk, email_address=["ada@acme.example"])
    clerk.enterprise_connections.create(
        name="Acme", provider="saml_custom", domains=["acme.example"], active=True, saml={"idp_metadata": metadata()}
    )
    clerk_page.open()
    clerk_page.page.evaluate(
        """() => { window.Clerk.client.signIn.authenticateWithRedirect({
          strategy: 'enterprise_sso', identifier: 'ada@acme.example',
          redirectUrl: '/sso-callback', redirectUrlComplete: '/welcome',
        }) }"""
    )
    clerk_page.page.wait_for_url(re.compile(r"/provider\?"))
    be(clerk_page, "ada@acme.example")
    assert clerk_page.user_id == user.id
    assert len(clerk.users.get(user.id).enterprise_accounts) == 1


@pytest.mark.flow("account: connect a social provider")
def test_connect(clerk_page: ClerkPage, clerk: Clerk) -> None:
    user = signed_in(clerk_page, clerk)
    url = clerk_page.run(
        """
        const account = await Clerk.user.createExternalAccount({ strategy: 'oauth_github', redirectUrl: given });
        return account.verification.externalVerificationRedirectURL.href;
        """,
        clerk_page.site.url("/sso-callback"),
    )
    clerk_page.page.goto(url)
    be(clerk_page, "ada@git.example", "/sso-callback")
    accounts = clerk_page.run(
        "await Clerk.user.reload(); return Clerk.user.verifiedExternalAccounts.map((one) => one.provider)"
    )
    assert accounts == ["github"]
    assert clerk.users.get(user.id).external_accounts[0].email_address == "ada@git.example"
