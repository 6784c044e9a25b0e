"""The whole example of docs/testing-in-a-browser.md runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import npm

PAGE = (npm.ROOT / "docs" / "testing-in-a-browser.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


@pytest.mark.flow("tests of docs/testing-in-a-browser.md, with pytest-playwright")
def test_example_of_the_page_runs(tmp_path: Path) -> None:
    assert set(FILES) == {"my_application.py", "conftest.py", "test_my_application.py"}
    project = tmp_path / "project"
    project.mkdir()
    for name, text in FILES.items():
        (project / name).write_text(text, encoding="utf-8")
    launch = "from tests.browser.launching import browser_type_launch_args as browser_type_launch_args\n"
    (tmp_path / "conftest.py").write_text(launch, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(project)],
        cwd=project,
        env={**environment, "PYTHONPATH": f"{project}:{npm.ROOT}", "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{FILES['test_my_application.py'].count('def test_')} passed" in done.stdout
