"""`.ci/run` in a folder whose `make` is a substitute: which steps run, what a failure does, and what is printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
TARGETS = re.findall(r"\bmake ([a-z][\w-]*)", re.sub(r'(?m)^ *(step|side) "[^"]*"', "", SCRIPT))
MAKE = """#!/bin/sh
echo "$1" >> "$CALLS"
mkdir -p .venv/bin && printf '#!/bin/sh\\n' > .venv/bin/python && chmod +x .venv/bin/python
echo "begin of $1"
[ "$1" = generate ] && echo "$GENERATED" > generated/client.py
[ "$1" = test ] || sleep 0.02
echo "end of $1"
[ "$1" != "$FAILING" ]
"""


def run(folder: Path, *, failing: str = "", generated: str = "committed") -> tuple[int, str, list[str]]:
    """Return the exit code of a run in which a target of make fails, its output, and the targets that have run."""
    for name, text in (("generated/client.py", "committed\n"), ("spec/lock.toml", 'source = "specs@1:bapi/1.yml"\n')):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.com"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)
    for name, text in ((".ci/run", SCRIPT), ("bin/make", MAKE)):
        (folder / name).parent.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755)
    calls = folder / "calls"
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "CLERKKIT_SHARED": str(folder)}
    environment |= {"CALLS": str(calls), "FAILING": failing, "GENERATED": generated}
    done = subprocess.run(
        [folder / ".ci/run"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    return done.returncode, done.stdout + done.stderr, calls.read_text(encoding="utf-8").split()


def test_all_steps_run_and_are_printed_whole(tmp_path: Path) -> None:
    code, output, targets = run(tmp_path)
    assert code == 0, output
    assert sorted(targets) == sorted(TARGETS)
    assert len(TARGETS) >= 12
    assert targets[-1] == "test"
    for target in targets:
        assert f"begin of {target}\nend of {target}\n" in output
        assert re.search(rf"^== {target}: .*\n+begin of {target}$", output, re.MULTILINE) or target == "generate"


@pytest.mark.parametrize("failing", TARGETS)
def test_failure_of_any_step_fails_the_run(failing: str, tmp_path: Path) -> None:
    code, output, targets = run(tmp_path, failing=failing)
    assert code != 0
    assert f"end of {failing}\n" in output
    assert "== done" not in output
    assert "test" not in targets or failing == "test"


def test_generated_code_that_differs_fails_the_run(tmp_path: Path) -> None:
    code, output, targets = run(tmp_path, generated="edited")
    assert code != 0
    assert "generated/client.py" in output
    assert targets == ["demo", "generate"]


def test_missing_folder_of_documents_fails_the_run(tmp_path: Path) -> None:
    script = Path(shutil.copy(ROOT / ".ci" / "run", tmp_path))
    environment = {**os.environ, "CLERKKIT_SHARED": str(tmp_path / "nowhere")}
    done = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "is not a folder" in done.stderr) == (1, True)
