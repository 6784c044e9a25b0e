"""People who are signed in, for tests of the Frontend API."""

from __future__ import annotations

from clerk_emulator import Emulator
from clerk_emulator.storage.settings import ATTRIBUTES, Section
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


def new_organization(browser: Browser, name: str = "Engines") -> str:
    """Create an organization as the person in a browser, and return its id."""
    organization_id: str = browser.post("/organizations", {"name": name})["id"]
    return organization_id


def change_settings(emulator: Emulator, section: Section, **changes: object) -> None:
    """Change settings of the instance that Clerk has in its dashboard."""
    store = emulator._state.store
    with store.transaction():
        section.update(store, **changes)


def change_attribute(emulator: Emulator, name: str, **changes: object) -> None:
    """Change the settings of an attribute of users, such as whether it is required."""
    store = emulator._state.store
    with store.transaction():
        ATTRIBUTES.update(store, **{name: {**ATTRIBUTES.read(store)[name], **changes}})
