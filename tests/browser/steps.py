"""Steps that several flows share, as calls of Clerk's frontend."""

from __future__ import annotations

from typing import Any

from clerkkit import Clerk, User
from tests.browser.clerk_page import ClerkPage

EMAIL = "ada+clerk_test@example.com"
"""An address of Clerk's test mode, whose code is always `CODE`."""
PHONE = "+12015550100"
PASSWORD = "analytical engine no 1"
CODE = "424242"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

ACTIVATE = """
if (attempt.status === 'complete') await Clerk.setActive({ session: attempt.createdSessionId });
return attempt.status;
"""
"""The end of a flow: `attempt` is the sign-in or sign-up."""


def create_user(clerk: Clerk, **values: Any) -> User:
    """Create Ada, with an email address of the test mode and a password unless other values are given."""
    return clerk.users.create(**{"email_address": [EMAIL], "password": PASSWORD, "first_name": "Ada", **values})


def sign_in(page: ClerkPage, identifier: str = EMAIL, password: str = PASSWORD) -> str:
    """Sign in with a password, and return the status of the sign-in."""
    status: str = page.run(
        f"const attempt = await Clerk.client.signIn.create(given); {ACTIVATE}",
        {"identifier": identifier, "password": password},
    )
    return status


def signed_in(page: ClerkPage, clerk: Clerk, **values: Any) -> User:
    """Create a user, open the page, and sign the user in."""
    user = create_user(clerk, **values)
    page.open()
    assert sign_in(page) == "complete"
    return user


def sign_out(page: ClerkPage, session_id: str | None = None) -> None:
    """Sign out, of one session if its id is given. Clerk's frontend then loads a page again."""
    with page.page.expect_navigation():
        page.page.evaluate("(sessionId) => { Clerk.signOut({ sessionId }) }", session_id)
    page.loaded()
