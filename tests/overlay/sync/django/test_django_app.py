"""The Django app, in a project of its own process, with SQLite and PostgreSQL."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.overlay.sync.databases import SYNC_DRIVERS, postgresql_url

TESTS = 12


@pytest.mark.parametrize("driver", SYNC_DRIVERS)
def test_project_passes_its_tests(driver: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'project.db'}" if driver == "sqlite" else postgresql_url()
    command = ["-W", "error", "-m", "tests.overlay.sync.django.project", "test", "tests.overlay.sync.django.cases"]
    done = subprocess.run(
        [sys.executable, *command, "--noinput"],
        env={**os.environ, "TEST_DATABASE": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^Ran {TESTS} tests", done.stderr, re.MULTILINE), done.stderr
