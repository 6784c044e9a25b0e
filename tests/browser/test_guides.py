"""The guides whose tests start a browser run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guides import environments
from tests.guides.blocks import guides, needs_browser
from tests.guides.runner import GuideRunner

PLUGINS = ("pytest_playwright.pytest_playwright", environments.DEBIAN_BROWSER["PYTEST_PLUGINS"])


@pytest.mark.parametrize("guide", [*filter(needs_browser, guides())], ids=lambda guide: guide.stem)
def test_guide_runs(guide: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    environment = {**environments.DEBIAN_BROWSER, **environments.of_the_tests(tmp_path / "cache", *PLUGINS)}
    with GuideRunner(guide, project, environment) as runner:
        runner.run()
