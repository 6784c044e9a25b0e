"""docs/emulator-control.md is true."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clerk_emulator import Emulator
from clerk_emulator.control import endpoints
from clerk_emulator.control.routes import ROUTES

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "emulator-control.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```(sh|js|python)\n(.*?)^```\n+^```\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
"""Language, code and output of each program on the page."""

endpoints.load()


def test_page_has_a_program_for_each_language() -> None:
    assert [language for language, _, _ in PROGRAMS] == ["sh", "js", "python"]


@pytest.mark.parametrize(("language", "code", "output"), PROGRAMS, ids=[one[0] for one in PROGRAMS])
def test_documented_programs_print_documented_output(
    language: str, code: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if language == "python":
        exec(compile(code, "emulator-control.md", "exec", dont_inherit=True), {})
        assert capsys.readouterr().out == output
        return
    command = {"sh": ["bash", "-euc", code], "js": ["node", "--input-type=module", "--eval", code]}[language]
    for program in (command[0], "curl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    with Emulator() as emulator:
        variables = {"CLERK_API_URL": emulator.origin, "CLERK_SECRET_KEY": emulator.secret_key, "NO_PROXY": "*"}
        done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", output)


def test_table_has_all_routes() -> None:
    (table,) = re.findall(r"^\| route \|.*\n\|---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    named: set[tuple[str, str]] = set()
    for cell in re.findall(r"^\| (.+?) \|", table, re.MULTILINE):
        method, last = "", ""
        for name in re.findall(r"`(.+?)`", cell):
            method, path = name.split(" ") if " " in name else (method, name)
            # `/unfreeze` after `POST /clock/freeze` is beside it.
            last = path if " " in name or not last.count("/") > 1 else f"{last.rpartition('/')[0]}{path}"
            named.add((method, last))
    elsewhere = {(one.method, one.path) for one in ROUTES if one.path.startswith(("/billing/", "/webhooks", "/events"))}
    named = {one for one in named if "..." not in one[1]} | elsewhere
    assert named == {(one.method, one.path) for one in ROUTES} - {("GET", "/openapi.json")}


def test_members_in_the_table_exist() -> None:
    for path in re.findall(r"^\| `(?:[A-Z]+ )?/.*?\| (.*?) \|", PAGE, re.MULTILINE):
        for name in re.findall(r"`([a-z_.]+)", path):
            owner, _, member = name.rpartition(".")
            if owner:
                assert any(name in one.python for one in ROUTES), name
            else:
                assert hasattr(Emulator, member) or member in ("add", "clear"), name
