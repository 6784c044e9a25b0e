"""docs/updating.md runs: its commands in a copy of the project, its Python against a server on loopback."""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from generator.commands import main
from tests.generator.projects import ROOT, copied, state
from tests.loopback import Received, answer, serve
from tests.shared import shared

PAGE = (ROOT / "docs" / "updating.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
EARLIER = "bapi-2026-05-12@d46f613.yml"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it would be had it followed an earlier revision, with the folder of documents beside it."""
    root = copied(tmp_path_factory.mktemp("copy") / "project")
    (root / ".venv").symlink_to(sys.prefix)
    (root / "specs").symlink_to(shared("specs"))
    assert main(["--root", str(root), "contract", str(root / "specs" / "history" / EARLIER)]) == 0
    assert main(["--root", str(root), "generate"]) == 0
    return root


def run(copy: Path, command: str) -> str:
    rooms = os.pathsep.join(str(copy / room) for room in ("core", "generated", "overlay"))
    # As a person at a shell: a make that runs these tests has no say in it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # The environment is that of these tests, behind a link: make must never remake it.
    words = (
        command.replace("make ", "make -o .venv/.ready ", 1).split() if command.startswith("make ") else command.split()
    )
    done = subprocess.run(
        words, cwd=copy, env={**environment, "PYTHONPATH": rooms}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def user(received: Received) -> bytes:
    version = received.headers["Clerk-API-Version"]
    return answer(200, {"object": "user", "id": "user_1", "banned": None, "version": version})


def test_the_page_runs_from_top_to_bottom(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    expected = iter(
        [
            "nothing was written",
            "ready to commit",
            "2025-11-10 to 2026-05-12",
            "generated/ is for 2025-11-10",
            "",
            "$.components.schemas['User']['properties']['banned']",
        ]
    )
    before = state(copy / "spec")
    with serve(user) as server:
        for code in PYTHON:
            printed = io.StringIO()
            here = code.replace('"sk_test_..."', f'"sk_test_x", base_url={server.url!r}')
            with contextlib.redirect_stdout(printed):
                exec(compile(here, "updating.md", "exec", dont_inherit=True), {})
    assert next(received.headers["Clerk-API-Version"] for received in server.requests) == "2025-11-10"
    for command in COMMANDS:
        # The tests that `make update` would run are these.
        short = f"{command} NO_TESTS=1" if command == "make update FROM=specs" else command
        said = run(copy, short)
        assert next(expected) in said, said
        if "DRY_RUN" in command:
            assert state(copy / "spec") == before
    assert list(expected) == []
    lock, ours = (tomllib.loads((root / "spec" / "lock.toml").read_text(encoding="utf-8")) for root in (copy, ROOT))
    followed = max(shared("specs", "bapi").glob("*.yml")).name
    assert lock["contract"]["source"].endswith(f":bapi/{followed}")
    client = "generated/clerk_bapi/client.py"
    # The same code, unless this project follows a document that is not in that folder.
    differs = lock["contract"]["sha256"] != ours["contract"]["sha256"]
    assert differs or (copy / client).read_bytes() == (ROOT / client).read_bytes()


def test_the_page_names_targets_and_files_that_are_there() -> None:
    targets = set(re.findall(r"make ([a-z-]+)", PAGE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    files = re.findall(r"`((?:spec|core|\.github)/[\w./]+\.\w+)`", PAGE)
    assert files
    # The report is there from the first update on.
    assert [name for name in files if not (ROOT / name).exists()] in ([], ["spec/report.md"])
