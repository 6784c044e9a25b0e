"""Errors of the project's commands if something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_an_old_python_is_rejected_before_anything_is_created(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    old = tmp_path / "python3.10"
    pretend = "import sys; sys.version_info = (3, 10, 14, 'final', 0); exec(sys.argv.pop(1))"
    script = f'[ "$1" = -c ] && exec "{sys.executable}" -c "{pretend}" "$2"\nmkdir .venv\nexit 1\n'
    old.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    old.chmod(0o755)
    before = sorted(tmp_path.iterdir())
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "setup", f"PYTHON={old}"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode
    errors = [line for line in done.stderr.splitlines() if not line.startswith("make:")]
    assert errors == [f"clerkkit needs Python 3.11 or newer, and {old} is older: make setup PYTHON=python3.11"]
    assert not done.stdout
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("tests", "shown"), [("tests/generated/test_recorded.py", True), ("tests/core/test_times.py", False)]
)
def test_the_summary_names_what_skipped_tests_need(tests: str, shown: bool) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "CLERKKIT_SHARED")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    needs = "documents and recordings, in the folder that the environment variable CLERKKIT_SHARED names"
    assert (needs in done.stdout) is shown
