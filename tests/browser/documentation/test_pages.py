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
    "reference/",
    "reference/operations/users/list/",
    "reference/events/user.created/",
    "reference/models/invitations/",
    "repository/examples/people.yaml/",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("window", WINDOWS)
def test_page_fits_and_is_accessible(
    new_site_page: Callable[..., SitePage], window: str, scheme: str, path: str
) -> None:
    page = new_site_page(viewport=WINDOWS[window], color_scheme=scheme)
    page.open(path)
    levels = page.heading_levels()
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    assert page.overflow() <= 0
    assert page.accessibility_violations() == []
