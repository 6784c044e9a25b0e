"""The release check: which releases it accepts and rejects."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from generator.commands import main
from generator.follow.release import Version, step_between
from tests.generator.projects import newer, project, specs

STAND_IN = """
import os
def test_it():
    assert os.environ["CLERK_EMULATOR_COVERAGE"] == "1" and not os.path.exists("broken")
"""


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=n", "-c", "user.email=e@example.com"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def write_version(root: Path, version: str) -> None:
    path = root / "core" / "clerk_core" / "_version.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'__version__ = "{version}"\n', encoding="utf-8")


def committed(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "all")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a project in git, with a substitute for the script that builds packages."""
    root = project(tmp_path_factory.mktemp("made") / "project")
    (root / "tests").mkdir()
    (root / "tests" / "__init__.py").touch()
    (root / "tools").mkdir()
    (root / "tools" / "__init__.py").touch()
    (root / "tools" / "packages.py").write_text(
        "import sys, os\nsys.exit(os.path.exists('broken'))\n", encoding="utf-8"
    )
    (root / "tests" / "emulator").mkdir()
    (root / "tests" / "emulator" / "test_stand_in.py").write_text(STAND_IN, encoding="utf-8")
    (root / ".gitignore").write_text("__pycache__/\n.pytest_cache/\n", encoding="utf-8")
    write_version(root, "1.4.0")
    git(root, "init", "--quiet")
    committed(root)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "project"))


def ready(root: Path, version: str) -> None:
    """Commit everything that a release of the version needs."""
    write_version(root, version)
    changelog = root / "CHANGELOG.md"
    changelog.write_text(f"## {version} - 2030-01-01\n{changelog.read_text(encoding='utf-8')}", encoding="utf-8")
    committed(root)


def check(root: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    code = main(["--root", str(root), "release", "--check"])
    return code, capsys.readouterr().out


def test_first_release_may_have_any_version(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ready(root, "1.4.0")
    code, output = check(root, capsys)
    assert code == 0, output
    assert "1.4.0 is the first release" in output
    assert output.endswith("7 passed, 0 failed\n")


@pytest.mark.parametrize(
    ("last", "version", "asked"),
    [
        ("1.4.0", "1.4.1", "v1.4.0; the changes require a major one"),
        ("1.4.0", "1.5.0", "v1.4.0; the changes require a major one"),
        ("1.4.0", "2.0.0", None),
        ("1.4.0", "1.4.0", "1.4.0 is a none step"),
        ("1.4.0", "1.3.9", "1.3.9 is a none step"),
        ("0.4.0", "0.4.1", "v0.4.0; the changes require a minor one"),
        ("0.4.0", "0.5.0", None),
    ],
)
def test_too_small_version_step_is_rejected(
    root: Path, tmp_path: Path, last: str, version: str, asked: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    for tag in ("v0.3.9", f"v{last}", "v1.9.0-rc1", "vanilla"):
        git(root, "tag", tag)
    source = specs(tmp_path / "specs", newer()) / "bapi" / "2030-02-02.yml"
    assert main(["--root", str(root), "contract", str(source)]) == 0
    words = root / "spec" / "docs.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace("DeleteThing", "CountThings"), encoding="utf-8")
    assert main(["--root", str(root), "generate"]) == 0
    ready(root, version)
    code, output = check(root, capsys)
    assert (code == 0) is (asked is None), output
    assert asked is None or asked in output


def test_release_without_changes_may_be_a_patch(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(root, "tag", "v1.4.0")
    ready(root, "1.4.1")
    code, output = check(root, capsys)
    assert code == 0, output
    assert "v1.4.0 to 1.4.1: patch, required: none" in output


def test_all_other_checks_can_fail(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ready(root, "1.4.0")
    (root / "generated" / "clerk_bapi" / "client.py").write_text("", encoding="utf-8")
    (root / "broken").touch()
    (root / "CHANGELOG.md").write_text("## Unreleased\n", encoding="utf-8")
    (root / "spec" / "docs.yaml").write_text("operations: {Gone: {summary: x}}\n", encoding="utf-8")
    code, output = check(root, capsys)
    assert code == 1
    for problem in (
        "files are changed or new, the first one",
        "differs: run `make generate`",
        "spec/docs.yaml does not describe CreateThingOptions, DeleteThing, ListThings, Named, Owner, Thing, ",
        "createThing; describes what does not exist: Gone",
        "there is no line `## 1.4.0`",
        "1 failed in",
    ):
        assert problem in output
    assert output.endswith("1 passed, 6 failed\n")


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ((1, 2, 3), (1, 2, 4), "patch"),
        ((1, 2, 3), (1, 3, 0), "minor"),
        ((1, 2, 3), (2, 0, 0), "major"),
        ((1, 2, 3), (1, 2, 3), "none"),
        ((1, 2, 3), (1, 1, 9), "none"),
        ((1, 9, 0), (1, 10, 0), "minor"),
    ],
)
def test_size_of_a_version_step(old: Version, new: Version, step: str) -> None:
    assert step_between(old, new) == step
