"""Every guide runs from its first block to its last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guides import environments
from tests.guides.blocks import ROOT, guides, needs_browser
from tests.guides.elsewhere import CHECKED_ELSEWHERE
from tests.guides.runner import GuideRunner


@pytest.mark.parametrize("guide", [one for one in guides() if not needs_browser(one)], ids=lambda guide: guide.stem)
def test_guide_runs(guide: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    with GuideRunner(guide, project, environments.of_the_tests()) as runner:
        runner.run()


def test_blocks_that_do_not_run_here_are_read_by_another_test() -> None:
    for (page, _), test in CHECKED_ELSEWHERE.items():
        assert page in (ROOT / test).read_text(encoding="utf-8")
