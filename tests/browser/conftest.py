"""One browser for all tests, a new context for each page, and one emulator that is reset before each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from clerk_emulator import Emulator
from tests.browser import matrix, npm
from tests.browser.clerk_page import ClerkPage
from tests.browser.launching import browser_type_launch_args as browser_type_launch_args
from tests.browser.launching import report_missing
from tests.browser.site import Placement, Site, serving

SECONDS = 180
"""In which a test must end: a call of Clerk's frontend can wait for ever."""


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of flows, and the matrix that is written from them."""
    config.addinivalue_line("markers", "flow(name): a row of docs/browser-matrix.md")
    # A fixture of pytest-base-url, which pytest-playwright uses.
    config.addinivalue_line("filterwarnings", "ignore:Session-scoped fixtures defined as instance methods")
    config.pluginmanager.register(matrix.Recorder(config), "browser-matrix")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Limit the time of each test."""
    for item in items:
        if item.path.is_relative_to(npm.ROOT / "tests" / "browser") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SECONDS))


# Machines that are busy are slow.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def _clerk_emulator_server() -> Iterator[Emulator]:
    if not npm.MODULES.is_dir():
        report_missing("the folder of Clerk's packages from npm")
    with Emulator(clerk_js=npm.MODULES, https_port=0, validate_responses=True) as emulator:
        yield emulator


@pytest.fixture
def clerk_emulator(clerk_emulator: Emulator) -> Iterator[Emulator]:
    """The emulator, whose responses must follow Clerk's documents."""
    yield clerk_emulator
    assert clerk_emulator.problems == []


@pytest.fixture(scope="session")
def sites(_clerk_emulator_server: Emulator) -> Iterator[Callable[[Placement], Site]]:
    """A function that returns the application for a placement, which is started when it is first asked for."""
    started: dict[Placement, Site] = {}
    with ExitStack() as stack:

        def start(placement: Placement) -> Site:
            if placement not in started:
                started[placement] = stack.enter_context(serving(_clerk_emulator_server, placement))
            return started[placement]

        yield start


@pytest.fixture(params=["cross-origin", "same-origin"])
def site(request: pytest.FixtureRequest, clerk_emulator: Emulator, sites: Callable[[Placement], Site]) -> Site:
    """The application with Clerk's frontend, for both placements of the Frontend API."""
    return sites(request.param)


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext], site: Site) -> Iterator[Callable[..., ClerkPage]]:
    """A function that returns an empty page in a browser context of its own. No page may have problems at the end."""
    pages: list[ClerkPage] = []

    def create(**arguments: Any) -> ClerkPage:
        page = ClerkPage(new_context(**arguments).new_page(), site)
        pages.append(page)
        return page

    yield create
    assert [problem for page in pages for problem in page.problems] == []


@pytest.fixture
def clerk_page(new_page: Callable[..., ClerkPage]) -> ClerkPage:
    """An empty page."""
    return new_page()


@pytest.fixture
def clerk_app(site: Site) -> str:
    """The application of the fixture `signed_in_page`."""
    return site.origin
