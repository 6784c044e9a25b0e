"""Browsers for tests of the Frontend API."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Api, Json
from tests.emulator.frontend_api import document_checks
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.oauth_application import Application, Register

PASSWORD = "correct horse battery staple"


@pytest.fixture
def browser(emulator: Emulator) -> Iterator[Browser]:
    """A browser that is signed out. Its responses are compared with Clerk's document, where that is available."""
    with Browser(emulator) as one:
        yield one
        _check(one)


@pytest.fixture
def other_browser(emulator: Emulator) -> Iterator[Browser]:
    """Another browser that is signed out."""
    with Browser(emulator) as one:
        yield one
        _check(one)


def _check(browser: Browser) -> None:
    if os.environ.get("CLERKKIT_SHARED"):
        assert [one for response in browser.seen for one in document_checks.violations(response)] == []


@pytest.fixture
def ada(api: Api) -> Json:
    """A user with an email address, a phone number, a username and a password."""
    user: Json = api.post(
        "/users",
        {
            "email_address": ["ada@example.com"],
            "phone_number": ["+15551230001"],
            "username": "ada_lovelace",
            "password": PASSWORD,
            "first_name": "Ada",
        },
    )
    return user


@pytest.fixture
def register(api: Api, emulator: Emulator) -> Iterator[Register]:
    """Registers OAuth applications."""
    with contextlib.ExitStack() as opened:

        def register(**values: Any) -> Application:
            application = Application(api, emulator, **values)
            opened.callback(application.close)
            return application

        yield register


@pytest.fixture
def admin(browser: Browser, ada: Json) -> Browser:
    """A browser in which Ada has just signed in."""
    browser.sign_in("ada@example.com", PASSWORD)
    return browser
