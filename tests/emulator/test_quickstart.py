"""The tour of `make demo`, and its read-only part."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from clerk_emulator import Emulator

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart.py"


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLERK_")}
    environment = {**kept, "NO_PROXY": "*", **variables}
    command = [sys.executable, "-W", "error", str(QUICKSTART)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_quickstart_prints_tour() -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(
        "`make emulator` keeps a local Clerk running, and prints the address of its dashboard.\n"
    )
    told: dict[str, str] = {}
    for line in done.stdout.splitlines():
        what, _, result = line.strip().partition("  ")
        told.setdefault(what, result.strip())  # the newest users are printed again at the end
    assert told["merged metadata"] == "{'plan': 'pro', 'limits': {'seats': 1}}"
    assert told["password matches"] == "right: True, wrong: False"
    assert told["users, in pages of two"] == "['Ada', 'Barbara', 'Grace', 'Katherine', 'Radia']"
    assert told["Katherine"] == "org:member"
    assert told["verified token of"] == told["Ada Lovelace"].partition(",")[0]
    assert told["organization"] == f"{told['Analytical Engines']} as admin"
    assert told["session after revoking"] == "revoked"
    assert told["UnprocessableEntity"].startswith("422 form_identifier_exists (email_address): ")
    assert (told["users"], told["organizations"], told["keys that sign tokens"]) == ("5", "1", "1")


def test_quickstart_with_key_only_reads(emulator: Emulator) -> None:
    before = emulator.dump()
    done = run(CLERK_SECRET_KEY=emulator.secret_key, CLERK_API_URL=emulator.origin)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == f"Instance at {emulator.url}"
    assert emulator.dump() == before


def test_quickstart_reports_wrong_key_in_one_line(emulator: Emulator) -> None:
    done = run(CLERK_SECRET_KEY="sk_test_wrong", CLERK_API_URL=emulator.origin)
    assert done.returncode == 1
    assert done.stderr.strip().startswith("401 clerk_key_invalid: ")
    assert "Traceback" not in done.stderr
