"""`python -m clerkkit sync`: results, exit codes, and that nothing is deleted without --yes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.__main__ import main
from clerkkit.sync import Sync
from tests.overlay.sync.samples import deleted, event, user


class Command:
    """Runs commands on a database, against the emulator."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.url = url
        self.capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, standard output and standard error."""
        code = main(["sync", *arguments, "--database", self.url])
        return code, *self.capsys.readouterr()

    def json(self, *arguments: str) -> tuple[int, Any]:
        """Return exit code and result."""
        code, out, err = self(*arguments, "--json")
        assert err == ""
        return code, json.loads(out)


@pytest.fixture
def command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clerk_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Command:
    monkeypatch.setenv("CLERK_SECRET_KEY", clerk_emulator.secret_key)
    monkeypatch.setenv("CLERK_API_URL", clerk_emulator.url)
    return Command(f"sqlite:///{tmp_path / 'copy.db'}", capsys)


def sync_of(command: Command) -> Sync:
    return Sync(sa.create_engine(command.url))


def test_backfill_and_reconcile(command: Command, clerk: Clerk) -> None:
    users = [clerk.users.create(email_address=[f"u{number}@example.com"]).id for number in range(3)]
    code, result = command.json("backfill", "--create-tables", "--kinds", "users,organizations", "--page-size", "2")
    assert (code, result) == (0, {"read": {"organizations": 0, "users": 3}})
    assert command.json("reconcile", "--kinds", "users")[0] == 0
    clerk.users.delete(users[0])
    for options in ([], ["--dry-run"], ["--yes", "--dry-run"]):
        code, result = command.json("reconcile", "--kinds", "users", *options)
        assert (code, result["repaired"]) == (3, False)
        assert result["differences"] == [{"kind": "users", "id": users[0], "what": "deleted"}]
        assert sync_of(command).status().rows["users"].live == 3
    code, out, _ = command("reconcile", "--kinds", "users")
    assert code == 3
    assert "nothing was written; --yes repairs the copy" in out
    code, result = command.json("reconcile", "--kinds", "users", "--yes")
    assert (code, result["repaired"]) == (0, True)
    assert sync_of(command).status().rows["users"] == (2, 1)
    assert command("reconcile", "--kinds", "users")[1] == "no differences\n"


def test_dry_run_of_a_backfill_writes_nothing(command: Command, clerk: Clerk) -> None:
    clerk.users.create(email_address=["a@example.com"])
    sync_of(command).create_all()
    assert command.json("backfill", "--dry-run", "--kinds", "users") == (0, {"listed": {"users": 1}})
    assert sync_of(command).status().rows["users"].live == 0


def test_mass_deletion_is_held_back(command: Command, clerk: Clerk) -> None:
    users = [clerk.users.create(email_address=[f"u{number}@example.com"]).id for number in range(11)]
    command("backfill", "--create-tables", "--kinds", "users")
    for user_id in users:
        clerk.users.delete(user_id)
    code, out, _ = command("reconcile", "--kinds", "users", "--yes")
    assert code == 3
    assert "held back: Clerk does not list 11 of the users; --max-deletions 1 deletes them" in out
    assert command.json("reconcile", "--kinds", "users", "--yes", "--max-deletions", "1")[0] == 0


def test_status_and_replay(command: Command) -> None:
    sync = sync_of(command)
    sync.create_all()
    assert command.json("status")[0] == 0

    @sync.on_change("users")
    def fail(connection: Any, change: Any) -> None:
        raise RuntimeError("down")

    with pytest.raises(RuntimeError):
        sync.apply(event("user.created", user()), "msg_1")
    code, result = command.json("status")
    assert (code, result["messages"], result["failures"][0]["message_id"]) == (3, {"failed": 1}, "msg_1")
    code, out, _ = command("status")
    assert "failed: msg_1 user.created RuntimeError: down" in out
    assert command.json("replay") == (0, {"outcomes": {"applied": 1}, "failures": {}})
    assert command("replay")[1] == "no events to apply\n"
    assert command.json("replay", "--all") == (0, {"outcomes": {"unchanged": 1}, "failures": {}})
    sync_of(command).apply(event("user.deleted", deleted("user", "user_1")), "msg_2")
    code, out, _ = command("status")
    assert (code, "users                     0 (deleted: 1)" in out, "backfill: never" in out) == (0, True, True)


def test_progress_is_shown_on_the_standard_error(command: Command, clerk: Clerk) -> None:
    clerk.users.create(email_address=["a@example.com"])
    code, out, err = command("backfill", "--create-tables", "--kinds", "users")
    assert (code, out) == (0, "users  1\n")
    assert "users" in err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["backfill", "--kinds", "planets"], "expected kinds among permissions, "),
        (["backfill", "--rate-limit", "many"], "expected requests and seconds such as 100/10, got 'many'"),
        (["explode"], "invalid choice: 'explode'"),
        (["status", "--json=1"], "argument --json: ignored explicit argument '1'"),
    ],
)
def test_wrong_options_exit_with_2(command: Command, arguments: list[str], problem: str) -> None:
    with pytest.raises(SystemExit) as exit:
        command(*arguments)
    assert exit.value.code == 2
    assert problem in command.capsys.readouterr().err


def test_database_must_be_given(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLERK_SYNC_DATABASE", raising=False)
    with pytest.raises(SystemExit):
        main(["sync", "status"])
    assert "expected --database URL, or the environment variable CLERK_SYNC_DATABASE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "code", "problem"),
    [
        ("postgresql+psycopg//user:password@host", 2, "--database: expected a URL of SQLAlchemy"),
        ("oracle9://user:password@host/x", 2, "oracle9"),
        ("sqlite:////nowhere/copy.db", 1, "the database failed: unable to open database file"),
    ],
)
def test_failures_have_exit_codes_and_no_passwords(command: Command, url: str, code: int, problem: str) -> None:
    command.url = url
    exit_code, _, err = command("status")
    assert exit_code == code
    assert problem in err
    assert "password" not in err


def test_error_of_clerk_exits_with_1(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLERK_SECRET_KEY", "sk_test_another")
    sync_of(command).create_all()
    code, _, err = command("backfill")
    assert code == 1
    assert err.strip().startswith("error: 401")
    assert "sk_test" not in err


def test_program_runs() -> None:
    for arguments, code in ((["--help"], 0), ([], 2), (["sync", "--help"], 0)):
        done = subprocess.run(
            [sys.executable, "-m", "clerkkit", *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert "usage: python -m clerkkit sync" in done.stdout + done.stderr
