"""Write the pictures of the README: docs/images/dashboard.png and docs/images/sign-in.png."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from clerk_emulator import Emulator
from tests.browser.emulator_pages import OwnPage, fill
from tests.browser.npm import ROOT

FOLDER = ROOT / "docs" / "images"
WINDOW = {"width": 1280, "height": 900}
_SAME_EACH_TIME = """() => {
  for (const one of document.querySelectorAll('#api-url')) one.textContent = 'http://127.0.0.1:4010';
  for (const one of document.querySelectorAll('td[data-label=Duration]')) one.textContent = '0.9 ms';
}"""
"""Replace what differs from run to run."""


@pytest.fixture
def own(new_context: Callable[..., BrowserContext], clerk_emulator: Emulator) -> OwnPage:
    """A page of an instance with people, at a time that does not change."""
    clerk_emulator.clock.freeze(datetime(2026, 5, 12, 9, 30, tzinfo=UTC))
    fill(clerk_emulator)
    return OwnPage(new_context(viewport=WINDOW, color_scheme="light").new_page(), clerk_emulator.origin)


@pytest.mark.parametrize(("name", "path"), [("dashboard", "/"), ("sign-in", "/sign-in")])
def test_picture_is_written(own: OwnPage, name: str, path: str) -> None:
    own.open(path).evaluate(_SAME_EACH_TIME)
    picture = FOLDER / f"{name}.png"
    FOLDER.mkdir(parents=True, exist_ok=True)
    own.page.screenshot(path=picture, animations="disabled")
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert 10_000 < picture.stat().st_size < 500_000
    assert own.problems == []


@pytest.mark.parametrize("name", ["dashboard", "sign-in"])
def test_readme_shows_the_picture(name: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (shown,) = re.findall(rf"!\[[^\]]+\]\((docs/images/{name}\.png)\)", readme)
    assert Path(ROOT, shown).is_file()
