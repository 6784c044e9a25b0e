"""Installing an update is atomic: if it is killed, nothing has changed, or the next run completes it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.commands import main
from generator.follow.install import commit, resume
from tests.generator.projects import ROOT, state

PLACES = ("spec/contract.json", "generated/package", "new.md", "spec/lock.toml")
# An audit hook is called before every change of the file system.
KILLED = """
import os, pathlib, signal, sys
from generator.follow.install import commit
left = int(sys.argv[3])
CHANGES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "shutil.copyfile", "shutil.rmtree"}
def hook(event, arguments):
    global left
    if event in CHANGES or (event == "open" and arguments[1] in ("w", "wb")):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
commit(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), %r)
"""


def tree(root: Path, text: str, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{text} {name}", encoding="utf-8")
    return root


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return tree(tmp_path / "old", "old", "spec/contract.json", "spec/lock.toml", "generated/package/gone.py", "other")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tree(tmp_path / "made", "new", "spec/contract.json", "spec/lock.toml", "generated/package/a.py", "new.md")


def test_commit_replaces_only_the_given_places(old: Path, made: Path) -> None:
    new = {**state(made), "other": state(old)["other"]}
    commit(old, made, PLACES)
    assert state(old) == new
    assert not (old / ".update").exists()
    assert not resume(old)


def test_update_killed_at_any_step_is_discarded_or_completed(old: Path, made: Path, tmp_path: Path) -> None:
    before, after = state(old), {**state(made), "other": state(old)["other"]}
    outcomes: list[str] = []
    for moment in range(100):
        root = Path(shutil.copytree(old, tmp_path / str(moment)))
        command = [sys.executable, "-c", KILLED % (PLACES,), str(root), str(made), str(moment)]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode == 0:
            break
        if state(root) == before and not (root / ".update" / "whole").exists():
            outcomes.append("unchanged")
            assert not resume(root)
            assert state(root) == before
        elif state(root) == after and not (root / ".update" / "whole").exists():
            outcomes.append("done")
            resume(root)
        else:
            outcomes.append("incomplete")
            assert resume(root)
            assert state(root) == after
        assert not (root / ".update").exists()
        commit(root, made, PLACES)
        assert state(root) == after
    else:
        pytest.fail("it did not come to an end")
    # Kills at early steps change nothing, later ones leave an incomplete update, the last ones a complete one.
    assert list(dict.fromkeys(outcomes)) == ["unchanged", "incomplete", "done"]
    assert outcomes.count("incomplete") >= len(PLACES)


def test_next_command_completes_an_interrupted_update(
    old: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = Path(shutil.copytree(made, old / ".update" / "whole"))
    (whole / "places").write_text("\n".join(PLACES), encoding="utf-8")
    new = {**state(made), "other": state(old)["other"]}
    main(["--root", str(old), "guard"])
    assert capsys.readouterr().out == "finished installing an update that was interrupted\n"
    assert state(old) == new
