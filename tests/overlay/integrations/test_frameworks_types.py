"""The examples of docs/frameworks.md pass mypy and pyright in strict mode without casts."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [str(ROOT / name) for name in ("core", "generated", "overlay")]


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    page = (ROOT / "docs" / "frameworks.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) == 10
    for number, block in enumerate(blocks):
        (tmp_path / f"sample_{number}.py").write_text(block, encoding="utf-8")
    return tmp_path


def checked(*command: str, cwd: Path) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_examples_pass_mypy(samples: Path) -> None:
    files = sorted(str(path) for path in samples.glob("*.py"))
    checked("mypy", "--strict", "--cache-dir", str(samples / "cache"), *files, cwd=samples)


def test_examples_pass_pyright(samples: Path) -> None:
    config = {"typeCheckingMode": "strict", "extraPaths": SOURCES}
    (samples / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
    checked("pyright", "--pythonpath", sys.executable, "-p", str(samples), cwd=samples)
