"""Pages of every kind fit desktop and phone, are accessible in light and dark, and load nothing from other hosts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.browser.documentation.site_page import SitePage

WINDOWS = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
PATHS = [
    "",
    "guides/start/",
    "sync/",
    "frameworks/",
    "emulator-coverage/",
    "project/contributing/",
    "reference/",
    "reference/operations/users/",
    "reference/operations/users/list/",
    "reference/events/user.created/",
    "reference/models/users/",
    "repository/examples/people.yaml/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_pages_fit_and_are_accessible(new_site_page: Callable[..., SitePage], window: str, scheme: str) -> None:
    page = new_site_page(viewport=WINDOWS[window], color_scheme=scheme)
    found: list[str] = []
    for path in PATHS:
        page.open(path)
        levels = page.heading_levels()
        if levels.count(1) != 1 or levels[0] != 1 or any(below - above > 1 for above, below in pairwise(levels)):
            found.append(f"{path}: headings of the levels {levels}")
        if (overflow := page.overflow()) > 0:
            found.append(f"{path}: {overflow} pixels wider than the window")
        found += [f"{path}: {violation}" for violation in page.accessibility_violations()]
    assert found == []
