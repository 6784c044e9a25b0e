"""The fixture `signed_in_page`, which needs pytest-playwright."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from clerkkit.testing.headers import Resource, resource_id

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from clerk_emulator import Emulator


@pytest.fixture
def signed_in_page(
    new_context: Callable[..., BrowserContext],
    browser_context_args: dict[str, Any],
    clerk_emulator: Emulator,
    clerk_app: str,
) -> Callable[..., Page]:
    """A function that signs a user in at `clerk_app`, and returns a page of a new browser context of this user.

    It takes the user and, optionally, the active organization, each as an object or an id. The page is empty:
    `page.goto("/")` opens the application. Several users can be signed in at the same time.
    """

    def sign_in(user: str | Resource, organization: str | Resource | None = None) -> Page:
        organization_id = None if organization is None else resource_id("organization", organization)
        session = clerk_emulator.start_session(resource_id("user", user), organization_id, origin=clerk_app)
        context = new_context(**({} if "base_url" in browser_context_args else {"base_url": clerk_app}))
        context.add_cookies(
            [{"name": name, "value": value, "url": clerk_app} for name, value in session.cookies.items()]
        )
        return context.new_page()

    return sign_in
