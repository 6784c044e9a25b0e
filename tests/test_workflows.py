"""The workflows and pre-commit run what contributors run, and reject generated code that was edited by hand."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def recipe(target: str) -> str:
    """Return the prerequisites and commands of a target."""
    (found,) = re.findall(rf"^{target}: (.*(?:\n\t.*)+)", MAKEFILE, re.MULTILINE)
    return str(found)


def hooks() -> dict[str, Any]:
    """Return the hooks of pre-commit by id."""
    return {hook["id"]: hook for hook in load(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]}


def test_changes_are_tested_on_every_supported_python() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    supported = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    job = load(WORKFLOWS / "check.yml")["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == supported
    assert [step["run"] for step in job["steps"][-2:]] == ["make check", "make test"]


@pytest.mark.parametrize("workflow", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.name)
def test_workflows_run_targets_that_exist(workflow: Path) -> None:
    targets = re.findall(r"^ *(?:- run: )?make ([\w-]+)", workflow.read_text(encoding="utf-8"), re.MULTILINE)
    assert targets
    assert all(re.search(rf"^{target}:", MAKEFILE, re.MULTILINE) for target in targets)


def test_pre_commit_runs_the_tools_of_make_check() -> None:
    check = recipe("check")
    tools = set(re.findall(r"-m (ruff \w+|generator \w+|\w+)", check)) | {"check-configuration", "check-types"}
    assert set(re.findall(r"check-\w+", check)) < tools
    commands = "\n".join(hook["entry"] for hook in hooks().values())
    assert set(re.findall(r"(?:-m|make) (ruff \w+|generator \w+|[\w-]+)", commands)) == tools


def test_pre_commit_checks_each_configuration_that_make_checks() -> None:
    checked = re.findall(r"[\w.*/-]*(?:\.ya?ml|Dockerfile)(?![\w,])", recipe("check-configuration"))
    assert {"action.yml", "Dockerfile", "examples/compose/compose.yaml", ".pre-commit-config.yaml"} <= set(checked)
    pattern = hooks()["schemas"]["files"]
    assert [path for path in checked if not re.search(pattern, path)] == []


@pytest.mark.parametrize(("edited", "accepted"), [("README.md", True), ("generated/client.py", False)])
def test_hand_edits_of_generated_code_are_rejected(tmp_path: Path, edited: str, accepted: bool) -> None:
    (script,) = [step["run"] for step in load(WORKFLOWS / "check.yml")["jobs"]["generated"]["steps"] if "name" in step]
    for name in ("README.md", "generated/client.py", "spec/contract.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("committed\n", encoding="utf-8")
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.com"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True)
    (tmp_path / edited).write_text("written by make generate\n", encoding="utf-8")
    done = subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is accepted, done.stdout
