"""`make release-check`: what must be true before a release, each item a line; the exit code is 1 where one is not.

What was released last is what the newest version tag (`v1.2.3`) in git holds: there is no second record of it.
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
from generator.contract import recording
from generator.contract.normalise import Node
from generator.follow.progress import step
from generator.problems import GeneratorProblem

_VERSION = re.compile(r'__version__ = "(\d+)\.(\d+)\.(\d+)"')
_STEPS = ("none", "patch", "minor", "major")
Version = tuple[int, ...]


def check(root: Path) -> int:
    """Run the list, all of it."""
    items: list[tuple[str, Callable[[Path], str]]] = [
        ("everything is committed", _committed),
        ("generated/ is what spec/ gives", _generated),
        ("spec/docs.yaml describes every operation", _described),
        ("the emulator knows all that its answers need", _emulated),
        ("the version step is large enough", _stepped),
        ("CHANGELOG.md tells of the version", _told),
        ("wheel and sdist work in clean environments", _packaged),
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


def _committed(root: Path) -> str:
    changed = git(root, "status", "--porcelain").splitlines()
    if changed:
        raise GeneratorProblem(f"{len(changed)} files are changed or new, the first one {changed[0][3:]}")
    return git(root, "rev-parse", "--short", "HEAD")


def _generated(root: Path) -> str:
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


def _described(root: Path) -> str:
    if found := str(missing_docs.check(root / "spec")):
        raise GeneratorProblem(found)
    return ""


def _emulated(root: Path) -> str:
    """What `make coverage-api` says: an update leaves what no handler knows with plain values."""
    return _run(root, "pytest", "-q", "tests/emulator", CLERK_EMULATOR_COVERAGE="1")[-1].strip("= ")


def _stepped(root: Path) -> str:
    version = version_of(root)
    tag = last_release(root)
    if tag is None:
        return f"{_dotted(version)} is the first release"
    last = tuple(map(int, tag.removeprefix("v").split(".")))
    taken = step_between(last, version)
    asked = "none"
    shims = compatibility.of_project(root)
    for name in recording.FILES.values():
        old: Node = json.loads(git(root, "show", f"{tag}:spec/{name}"))
        made = report(old, recording.load(root / "spec" / name), shims=shims, version=_dotted(last))
        asked = max(asked, made.step, key=_STEPS.index)
    if taken == "none" or _STEPS.index(taken) < _STEPS.index(asked):
        raise GeneratorProblem(f"{_dotted(version)} is a {taken} step from {tag}; the changes ask for a {asked} one")
    return f"{tag} to {_dotted(version)}: {taken}, asked for: {asked}"


def _told(root: Path) -> str:
    heading = f"## {_dotted(version_of(root))}"
    lines = (root / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
    if not any(line == heading or line.startswith(f"{heading} ") for line in lines):
        raise GeneratorProblem(f"there is no line `{heading}`: what is under `## Unreleased` belongs below one")
    return heading


def _packaged(root: Path) -> str:
    return "; ".join(_run(root, "tools.packages"))


def _run(root: Path, *module: str, **environment: str) -> list[str]:
    """The lines that a Python module prints; a problem with the last of them where it fails."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    if done.returncode:
        raise GeneratorProblem(" / ".join([*lines, *done.stderr.strip().splitlines()][-3:]))
    return lines


def version_of(root: Path) -> Version:
    """The version that `clerk_core` states."""
    path = root / "core" / "clerk_core" / "_version.py"
    found = _VERSION.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise GeneratorProblem(f"{path.name}: holds no version of three numbers")
    return tuple(map(int, found.groups()))


def last_release(root: Path) -> str | None:
    """The newest version tag that the work is based on; None before the first release."""
    tags = git(root, "tag", "--list", "v*", "--merged", "HEAD", "--sort=-version:refname").splitlines()
    return next((tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)), None)


def step_between(old: Version, new: Version) -> str:
    """`major`, `minor` or `patch` by the first number that has grown; `none` where the version has not."""
    if new <= old:
        return "none"
    return next(name for name, one, other in zip(_STEPS[:0:-1], old, new, strict=True) if one != other)


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def git(root: Path, *arguments: str) -> str:
    """What a git command prints.

    Raises:
        GeneratorProblem: it failed.
    """
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S607
    if done.returncode:
        raise GeneratorProblem(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")
