"""An emulator at which clients register themselves, with a user who is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.models import User
from tests.emulator.frontend_api.browser import Browser
from tests.emulator.frontend_api.oauth_application import consent, visit
from tests.loopback import ENVIRONMENT
from tests.overlay.integrations.mcp.access_tokens import PASSWORD


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        emulator.update_settings(oauth={"custom_scopes": ["reports:read"]})
        yield emulator


@pytest.fixture
def clerk(emulator: Emulator) -> Iterator[Clerk]:
    with Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        clerk.instance_settings.update_oauth_application_settings(dynamic_oauth_client_registration=True)
        yield clerk


@pytest.fixture
def ada(clerk: Clerk) -> User:
    return clerk.users.create(email_address=["ada@example.com"], password=PASSWORD)


@pytest.fixture
def browser(emulator: Emulator, ada: User) -> Iterator[Browser]:
    with Browser(emulator) as browser:
        browser.sign_in("ada@example.com", PASSWORD)
        yield browser


class Person:
    """Consents on the page that a client opens, and remembers the answer."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.answers: list[dict[str, str]] = []

    def open(self, url: str) -> None:
        """Open the page of the authorization, and consent."""
        location = visit(self._browser, url).headers["location"]
        if urlsplit(location).path == "/oauth-consent":
            location = consent(self._browser, location).headers["location"]
        self.answers.append({name: values[0] for name, values in parse_qs(urlsplit(location).query).items()})


@pytest.fixture
def person(browser: Browser) -> Person:
    return Person(browser)
