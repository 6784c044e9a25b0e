"""The import of docs/guides/move-users.md continues where it was killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from clerk_emulator import Emulator
from tests.guides import environments
from tests.guides.blocks import FOLDER, blocks_of

PROGRAMS = {block.file: block.text for block in blocks_of(FOLDER / "move-users.md") if block.file}


def test_an_import_that_is_killed_continues(tmp_path: Path) -> None:
    for name, text in PROGRAMS.items():
        (tmp_path / str(name)).write_text(text, encoding="utf-8")
    with Emulator() as emulator:
        emulator.faults.add("CreateUser", delay=100)
        environment = {**environments.of_the_tests(), **emulator.environment}

        def start(*command: str) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, *command], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
            )

        start("export_old.py").communicate(timeout=60)
        interrupted = start("import_users.py", "users.jsonl")
        _wait_for_user(emulator)
        interrupted.kill()
        interrupted.communicate(timeout=60)
        time.sleep(1)  # requests in flight may still create their users
        created = len(emulator.dump()["users"])
        assert 0 < created < 50

        printed, _ = start("import_users.py", "users.jsonl").communicate(timeout=60)
        imported = int(printed.split()[0])
        assert printed == f"{imported} imported, 0 failed\n"
        assert imported == 50 - created
        assert sorted(user["external_id"] for user in emulator.dump()["users"]) == sorted(
            f"old-{number}" for number in range(1, 51)
        )


def _wait_for_user(emulator: Emulator) -> None:
    end = time.monotonic() + 60
    while not emulator.dump()["users"]:
        assert time.monotonic() < end, "no user was created"
        time.sleep(0.01)
