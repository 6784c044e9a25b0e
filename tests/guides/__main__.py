"""`python -m tests.guides`: follow each guide in an environment of its own, with a wheel of this checkout.

Prints the number of commands of each guide, and how long they took.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from tests.guides import commands, environments
from tests.guides.blocks import ROOT, blocks_of, guides, needs_browser
from tests.guides.runner import GuideError, GuideRunner


def main(*names: str) -> int:
    """Return 1 if a guide fails.

    Args:
        *names: The guides to follow, such as `start`. Default: all that install clerkkit.
    """
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        wheels = Path(folder) / "wheels"
        build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(wheels), str(ROOT)]
        subprocess.run(build, check=True, capture_output=True)
        for guide in guides():
            if (names and guide.stem not in names) or not _installs(guide):
                continue
            start = time.monotonic()
            try:
                _follow(guide, Path(folder) / guide.stem, wheels)
            except GuideError as error:
                failed += 1
                print(error, file=sys.stderr)
            else:
                print(f"{guide.name}: {_count_commands(guide)} commands, {time.monotonic() - start:.0f} s", flush=True)
    return 1 if failed else 0


def _follow(guide: Path, folder: Path, wheels: Path) -> None:
    project = folder / "project"
    project.mkdir(parents=True)
    environment = environments.of_a_newcomer(wheels)
    if not any(map(commands.creates_environment, _lines(guide))):
        venv.create(folder / "environment", with_pip=True)
        environment["PATH"] = f"{folder / 'environment' / 'bin'}{os.pathsep}{environment['PATH']}"
    if needs_browser(guide):
        environment |= environments.DEBIAN_BROWSER
    with GuideRunner(guide, project, environment, installs=True) as runner:
        runner.run()
    _check_types(guide, project)


def _check_types(guide: Path, project: Path) -> None:
    """Check the modules of a guide with mypy, those apart that a command has written and the guide has added to."""
    blocks = {block.file: block for block in reversed(blocks_of(guide)) if block.file and block.language == "python"}
    files = [name for name, block in blocks.items() if not block.is_appended]
    if files:
        # Guides may leave annotations out.
        options = ["--check-untyped-defs", "--cache-dir", str(project.parent / "mypy")]
        done = subprocess.run(
            [sys.executable, "-m", "mypy", *options, *files], cwd=project, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise GuideError(blocks[files[0]], done.stdout + done.stderr)


def _lines(guide: Path) -> list[str]:
    return [line for block in blocks_of(guide) for line in block.text.splitlines()]


def _installs(guide: Path) -> bool:
    return any(map(commands.installs, _lines(guide)))


def _count_commands(guide: Path) -> int:
    return sum(
        len(block.text.splitlines()) for block in blocks_of(guide) if block.language == "sh" and block.file is None
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
