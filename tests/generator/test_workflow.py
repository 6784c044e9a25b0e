"""The script of the scheduled workflow, with real git and a substitute for the forge's command."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.generator.projects import ROOT

WORKFLOW = (ROOT / ".github" / "workflows" / "update.yml").read_text(encoding="utf-8")
STEPS = yaml.safe_load(WORKFLOW)["jobs"]["update"]["steps"]
LOCK = (
    '[contract]\nsource = "specs@abc:bapi/2030-02-02.yml"\n\n[events]\nsource = "specs@abc:webhooks/2030-01-01.yml"\n'
)
GH = """#!/bin/sh
echo "$@" >> "$RUNNER_TEMP/calls"
case "$2" in
  list) echo "$OPEN" ;;
  create | edit) for last; do true; done; cp "$last" "$RUNNER_TEMP/body" ;;
esac
"""


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Create a clone of a repository, with the lock and report that an update changes."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "remote")
    git(tmp_path, "clone", "--quiet", "remote", "checkout")
    root = tmp_path / "checkout"
    (root / "spec").mkdir()
    (root / "spec" / "lock.toml").write_text("", encoding="utf-8")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "first")
    git(root, "push", "--quiet", "origin", "HEAD:main")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gh").write_text(GH, encoding="utf-8")
    (tmp_path / "bin" / "gh").chmod(0o755)
    return root


def run(root: Path, open_change: str = "") -> list[str]:
    """Run the workflow's last step, and return the arguments of the forge's command."""
    folder = root.parent
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder)}
    environment |= {"RUNNER_TEMP": str(folder), "OPEN": open_change}
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", STEPS[-1]["run"]], cwd=root, env=environment, check=True)
    calls = folder / "calls"
    return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []


def updated(root: Path, report: str) -> None:
    (root / "spec" / "lock.toml").write_text(LOCK, encoding="utf-8")
    (root / "spec" / "report.md").write_text(report, encoding="utf-8")


def test_workflow_runs_the_update() -> None:
    assert [step["run"] for step in STEPS if "run" in step][:-1] == ["make update"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search("^update:", makefile, re.MULTILINE)


def test_no_change_is_opened_without_an_update(checkout: Path) -> None:
    assert run(checkout) == []
    assert "update" not in git(checkout.parent / "remote", "branch")


@pytest.mark.parametrize(("open_change", "command"), [("", "pr create --head update"), ("12", "pr edit 12")])
def test_change_is_opened_or_edited_with_the_report_as_its_text(checkout: Path, open_change: str, command: str) -> None:
    updated(checkout, "# Changes\n" + "x" * 70_000)
    calls = run(checkout, open_change)
    assert calls[0].startswith("pr list --head update --state open ")
    assert calls[1].startswith(f"{command} --title Follow specs@abc:bapi/2030-02-02.yml --body-file ")
    assert len(calls) == 2
    body = (checkout.parent / "body").read_text(encoding="utf-8")
    assert (body[:10], len(body)) == ("# Changes\n", 60_000)
    log = git(checkout.parent / "remote", "log", "--format=%s", "update")
    assert log == "Follow specs@abc:bapi/2030-02-02.yml\nfirst\n"


def test_newer_update_replaces_an_unmerged_one(checkout: Path) -> None:
    git(checkout, "checkout", "--quiet", "-b", "yesterday")
    updated(checkout, "# Old\n")
    run(checkout)
    git(checkout, "checkout", "--quiet", "main")
    updated(checkout, "# New\n")
    run(checkout, "12")
    assert git(checkout.parent / "remote", "show", "update:spec/report.md") == "# New\n"
    assert git(checkout.parent / "remote", "rev-list", "--count", "update") == "2\n"
