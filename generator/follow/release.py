"""Check that a release can be made (`make release-check`).

The last release is the newest version tag in git, such as `v1.2.3`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from generator.changes import report
from generator.checks import missing_docs
from generator.code import compatibility, generate
from generator.contract import spec_folder
from generator.contract.nodes import Node
from generator.follow.progress import step
from generator.problems import GeneratorProblem

_VERSION = re.compile(r'__version__ = "(\d+)\.(\d+)\.(\d+)"')
_STEPS = ("none", "patch", "minor", "major")
Version = tuple[int, ...]


def check(root: Path) -> int:
    """Run all checks, print one line for each, and return the exit code: 1 if one failed."""
    items: list[tuple[str, Callable[[Path], str]]] = [
        ("everything is committed", _all_committed),
        ("generated/ is what spec/ gives", _generated_is_current),
        ("spec/docs.yaml describes every operation", _docs_complete),
        ("the emulator fills in all responses itself", _emulator_coverage),
        ("the version step is large enough", _version_step),
        ("CHANGELOG.md has an entry for the version", _in_changelog),
        ("wheel and sdist work in clean environments", _packages_work),
    ]
    failed = 0
    for name, item in items:
        try:
            with step(name) as said:
                said.append(item(root))
        except GeneratorProblem as problem:
            print(f"    {problem}")
            failed += 1
    print(f"{len(items) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _all_committed(root: Path) -> str:
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        raise GeneratorProblem(f"{len(changed)} files are changed or new, the first one {changed[0][3:]}")
    return git(root, "rev-parse", "--short", "HEAD")


def _generated_is_current(root: Path) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        new = generate.generate(root, Path(scratch)).package
        old = root / "generated" / "clerk_bapi"
        paths = sorted({path.relative_to(folder) for folder in (old, new) for path in _files(folder)})
        for path in paths:
            if not (old / path).is_file() or not (new / path).is_file() or _differ(old / path, new / path):
                raise GeneratorProblem(f"generated/clerk_bapi/{path.as_posix()} differs: run `make generate`")
    return f"{len(paths)} files"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _differ(one: Path, other: Path) -> bool:
    return one.read_bytes() != other.read_bytes()


def _docs_complete(root: Path) -> str:
    if found := str(missing_docs.check(root / "spec")):
        raise GeneratorProblem(found)
    return ""


def _emulator_coverage(root: Path) -> str:
    """Return the result of `make coverage-api`, which fails if a response has placeholder values."""
    return _run(root, "pytest", "-q", "tests/emulator", CLERK_EMULATOR_COVERAGE="1")[-1].strip("= ")


def _version_step(root: Path) -> str:
    version = version_of(root)
    tag = last_release(root)
    if tag is None:
        return f"{_dotted(version)} is the first release"
    last = tuple(map(int, tag.removeprefix("v").split(".")))
    taken = step_between(last, version)
    required = "none"
    shims = compatibility.load_for_project(root)
    for kind in spec_folder.OF_CODE:
        name = spec_folder.FILES[kind]
        old: Node = json.loads(git(root, "show", f"{tag}:spec/{name}"))
        made = report(old, spec_folder.load(root / "spec" / name), shims=shims, version=_dotted(last))
        required = max(required, made.step, key=_STEPS.index)
    if taken == "none" or _STEPS.index(taken) < _STEPS.index(required):
        raise GeneratorProblem(f"{_dotted(version)} is a {taken} step from {tag}; the changes require a {required} one")
    return f"{tag} to {_dotted(version)}: {taken}, required: {required}"


def _in_changelog(root: Path) -> str:
    heading = f"## {_dotted(version_of(root))}"
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    if not any(line == heading or line.startswith(f"{heading} ") for line in lines):
        raise GeneratorProblem(f"there is no line `{heading}`: move the entries under `## Unreleased` below it")
    return heading


def _packages_work(root: Path) -> str:
    return "; ".join(_run(root, "tools.packages"))


def _run(root: Path, *module: str, **environment: str) -> list[str]:
    """Run a Python module and return the lines it prints; raise `GeneratorProblem` with the last ones if it fails."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode:
        raise GeneratorProblem(" / ".join([*lines, *done.stderr.strip().splitlines()][-3:]))
    return lines


def version_of(root: Path) -> Version:
    """Return the version of `clerk_core`."""
    path = root / "core" / "clerk_core" / "_version.py"
    found = _VERSION.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise GeneratorProblem(f"{path.name}: has no version of three numbers")
    return tuple(map(int, found.groups()))


def last_release(root: Path) -> str | None:
    """Return the newest version tag that HEAD contains, or None before the first release."""
    tags = git(root, "tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").splitlines()
    return next((tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)), None)


def step_between(old: Version, new: Version) -> str:
    """Return `major`, `minor` or `patch` by the first number that increased, or `none` if the version did not."""
    if new <= old:
        return "none"
    return next(name for name, one, other in zip(_STEPS[:0:-1], old, new, strict=True) if one != other)


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def git(root: Path, *arguments: str) -> str:
    """Return the output of a git command.

    Raises:
        GeneratorProblem: the command failed.
    """
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        raise GeneratorProblem(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")
