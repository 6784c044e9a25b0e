"""People who are signed in, for tests of the Frontend API."""

from __future__ import annotations

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.conftest import PASSWORD


def create_user(api: Api, name: str, domain: str = "example.com") -> Json:
    """Create a user with an email address and a password."""
    user: Json = api.post(
        "/users", {"email_address": [f"{name}@{domain}"], "password": PASSWORD, "first_name": name.title()}
    )
    return user


def sign_in(emulator: Emulator, user: Json) -> Browser:
    """Return a new browser in which a user has just signed in."""
    browser = Browser(emulator)
    browser.sign_in(user["email_addresses"][0]["email_address"], PASSWORD)
    return browser


def new_member(api: Api, organization_id: str, user: Json, role: str = "org:member") -> Json:
    """Make a user a member of an organization, through the Backend API."""
    body = {"user_id": user["id"], "role": role}
    membership: Json = api.post(f"/organizations/{organization_id}/memberships", body)
    return membership
