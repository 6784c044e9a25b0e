"""The commands of docs/updating.md run in a copy of the project, and its Python against a server on loopback."""

from __future__ import annotations

import contextlib
import doctest
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
from tests.loopback import Received, respond, serve
from tests.shared import shared

PAGE = (ROOT / "docs" / "updating.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
GUIDE = (ROOT / "docs" / "guides" / "follow-clerks-api.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
REFERENCE_PAGE = "docs/reference/operations/users/get.md"
EARLIER = "bapi-2026-05-12@d46f613.yml"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the project, change it to an earlier revision of the documents, and add the folder of documents."""
    root = copied(tmp_path_factory.mktemp("copy") / "project")
    (root / ".venv").symlink_to(sys.prefix)
    (root / "specs").symlink_to(shared("specs"))
    assert main(["--root", str(root), "contract", str(root / "specs" / "history" / EARLIER)]) == 0
    assert main(["--root", str(root), "generate"]) == 0
    (root / REFERENCE_PAGE).unlink()
    return root


def run(copy: Path, command: str) -> str:
    rooms = os.pathsep.join(str(copy / room) for room in ("core", "generated", "overlay"))
    # Variables of a make that runs these tests must not affect it.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    # `.venv` is a link to the environment of these tests, which make must not create again.
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
    return respond(200, {"object": "user", "id": "user_1", "banned": None, "version": version})


def test_commands_of_the_page_run_in_order(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy)
    expected = iter(
        [
            "nothing was written",
            "ready to commit",
            "2025-11-10 to 2026-05-12",
            "wrote spec/revisions.json",
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
        # `make update` would run these tests again.
        short = f"{command} NO_TESTS=1" if command == "make update FROM=specs" else command
        output = run(copy, short)
        assert next(expected) in output, output
        if "DRY_RUN" in command:
            assert state(copy / "spec") == before
    assert list(expected) == []
    lock, ours = (tomllib.loads((root / "spec" / "lock.toml").read_text(encoding="utf-8")) for root in (copy, ROOT))
    followed = max(shared("specs", "bapi").glob("*.yml")).name
    assert lock["contract"]["source"].endswith(f":bapi/{followed}")
    client = "generated/clerk_bapi/client.py"
    # The code is the same, unless the project follows a document that is not in the folder.
    differs = lock["contract"]["sha256"] != ours["contract"]["sha256"]
    for made in (client, REFERENCE_PAGE):
        assert differs or (copy / made).read_bytes() == (ROOT / made).read_bytes()


def test_targets_and_files_on_the_page_exist() -> None:
    targets = set(re.findall(r"make ([a-z-]+)", PAGE))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
    files = re.findall(r"`((?:spec|core|\.github)/[\w./]+\.\w+)`", PAGE)
    assert files
    # The first update creates the report, and additions are a file of one's own.
    created = {"spec/report.md", "spec/additions.yaml"}
    assert {name for name in files if not (ROOT / name).exists()} <= created


def test_the_commands_of_the_guide_are_those_of_the_page() -> None:
    commands = re.findall(r"^```sh\n(.*?)\n```$", GUIDE, re.DOTALL | re.MULTILINE)
    assert len(commands) == 4
    assert set(commands) <= set(COMMANDS)


def test_the_report_in_the_guide_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (words, shown) = re.findall(
        r"^\.venv/bin/python -m generator (diff .*?)\n```\n\n```\n(.*?)```$", GUIDE, re.DOTALL | re.MULTILINE
    )[0]
    monkeypatch.chdir(shared("specs").parent)
    assert main(words.split()) == 0
    printed = capsys.readouterr().out
    assert doctest.OutputChecker().check_output(shown, printed, doctest.ELLIPSIS | doctest.REPORT_NDIFF), printed
