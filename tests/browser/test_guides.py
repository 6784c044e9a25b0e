"""The guides whose tests start a browser run, and the steps that other guides ask of a reader lead where they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.guides import environments
from tests.guides.blocks import FOLDER, guides, needs_browser
from tests.guides.runner import GuideRunner

PLUGINS = ("pytest_playwright.pytest_playwright", environments.DEBIAN_BROWSER["PYTEST_PLUGINS"])

Follow = Callable[[Path], str]


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Follow]:
    """A function that runs all blocks of a guide, and returns the origin of its application, which keeps running."""
    with ExitStack() as stack:

        def run(guide: Path) -> str:
            project = tmp_path / "project"
            project.mkdir()
            environment = {**environments.DEBIAN_BROWSER, **environments.of_the_tests(*PLUGINS)}
            runner = stack.enter_context(GuideRunner(guide, project, environment))
            runner.run()
            return f"http://localhost:{runner.ports.application}"

        yield run


@pytest.mark.parametrize("guide", [*filter(needs_browser, guides())], ids=lambda guide: guide.stem)
def test_guide_runs(follow: Follow, guide: Path) -> None:
    follow(guide)


def test_the_first_page_shows_the_person_who_has_signed_in(follow: Follow, page: Page) -> None:
    page.goto(follow(FOLDER / "start.md"))
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_role("button", name="Ada").click()
    expect(page.get_by_role("heading")).to_have_text("Hello Augusta")


@pytest.mark.parametrize("framework", ["fastapi", "django", "flask"])
def test_the_application_of_a_guide_is_used_in_a_browser(follow: Follow, page: Page, framework: str) -> None:
    origin = follow(FOLDER / f"{framework}.md")
    page.goto(origin)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Ada").click()
    expect(page.get_by_role("heading")).to_have_text("Your account")
    page.goto(f"{origin}/organizations/engines")
    expect(page.get_by_text("ada@example.com")).to_be_visible()
    page.goto(f"{origin}/organizations/engines/settings")
    expect(page.get_by_role("heading")).to_contain_text("Settings")
    page.goto(f"{origin}/account")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading")).to_have_text("Welcome")
    page.goto(f"{origin}/organizations/engines")
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
