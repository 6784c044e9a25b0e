"""The command line and the server: start, persistence and stop."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from clerk_emulator import Emulator, InUseError

KEY = "sk_test_of_these_tests"


class Program(NamedTuple):
    process: subprocess.Popen[str]
    url: str
    said: str

    def http(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {KEY}"}, trust_env=False, timeout=30)


@contextlib.contextmanager
def running(*arguments: str, fixed_key: bool = True, quiet: bool = True) -> Iterator[Program]:
    """Run `python -m clerk_emulator`, and wait until it has printed its URL."""
    command = [sys.executable, "-W", "error", "-m", "clerk_emulator", "--port", "0"]
    command += ["--secret-key", KEY] if fixed_key else []
    # What nobody reads would fill the pipe.
    command += ["--quiet"] if quiet else []
    command += arguments
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        said = ""
        while "clerk.users" not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        url = re.search(r"http://\S+/v1", said)
        assert url
        try:
            yield Program(process, url[0], said)
        finally:
            process.kill()


def ended(program: Program) -> tuple[int, str]:
    _, errors = program.process.communicate(timeout=10)
    return program.process.returncode, errors


def test_prints_url_and_usage() -> None:
    with running() as program:
        assert KEY in program.said
        assert "127.0.0.1" in program.url
        assert f'Clerk(secret_key="{KEY}", base_url="{program.url}")' in program.said
        with program.http() as http:
            assert http.get("/users").json() == []
        program.process.send_signal(signal.SIGTERM)
        assert ended(program) == (0, "")


def test_completed_requests_survive_kill(tmp_path: Path) -> None:
    db = str(tmp_path / "clerk.db")
    answered: list[str] = []
    with running("--db", db) as program, program.http() as http:

        def write() -> None:
            with contextlib.suppress(httpx.TransportError):
                for number in range(10_000):
                    body = {"email_address": [f"user{number}@example.com"], "username": f"user_{number}"}
                    answered.append(http.post("/users", json=body).json()["id"])

        writer = threading.Thread(target=write)
        writer.start()
        while len(answered) < 30:
            assert writer.is_alive()
        program.process.kill()
        writer.join()
    with running("--db", db) as program, program.http() as http:
        users = http.get("/users", params={"limit": 500, "order_by": "created_at"}).json()
        assert [user["id"] for user in users][: len(answered)] == answered
        assert len(users) - len(answered) in (0, 1)
        # A user and the email address are stored together or not at all.
        assert all(len(user["email_addresses"]) == 1 and user["primary_email_address_id"] for user in users)


def test_state_and_keys_persist(tmp_path: Path) -> None:
    db = tmp_path / "clerk.db"
    with Emulator(db=db) as first:
        headers = {"Authorization": f"Bearer {first.secret_key}"}
        user = httpx.post(first.url + "/users", headers=headers, json={"username": "ada_l"}, trust_env=False).json()
        keys = httpx.get(first.url + "/jwks", headers=headers, trust_env=False).json()
    with Emulator(db=db) as second:
        assert second.secret_key == first.secret_key
        assert httpx.get(second.url + "/jwks", headers=headers, trust_env=False).json() == keys
        read = httpx.get(f"{second.url}/users/{user['id']}", headers=headers, trust_env=False).json()
        assert read["created_at"] == user["created_at"]
        with pytest.raises(RuntimeError, match="reset"):
            second.reset()


def test_rejects_database_in_use(tmp_path: Path) -> None:
    db = tmp_path / "clerk.db"
    with running("--db", str(db)):
        command = [sys.executable, "-m", "clerk_emulator", "--port", "0", "--db", str(db)]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert second.stderr == f"clerk_emulator: {db} cannot be used: another process uses it\n"
        with pytest.raises(InUseError, match="another process"):
            Emulator(db=db)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--secret-key", "sk_live_x"], "secret_key must begin with sk_test_"),
        (["--db", "/no/such/folder/clerk.db"], "/no/such/folder/clerk.db cannot be used"),
        (["--db", __file__], f"{__file__} cannot be used: file is not a database"),
        (["--port", "70000"], "port: 70000 is not between 0 and 65535"),
        (["--dump"], "--dump needs --db FILE"),
        (["--dump", "--db", "/no/such.db"], "--dump: /no/such.db has no state"),
        (["--dump", "--db", __file__, "--seed", __file__], "--dump cannot be combined with --seed or --secret-key"),
        (["--dump", "--db", __file__, "--secret-key", KEY], "--dump cannot be combined with --seed or --secret-key"),
    ],
)
def test_rejects_invalid_options(arguments: list[str], reason: str) -> None:
    command = [sys.executable, "-m", "clerk_emulator", "--port", "0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_reports_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on port {port} of 127.0.0.1: .* in use"):
            Emulator(port=port)
        done = subprocess.run(
            [sys.executable, "-m", "clerk_emulator", "--port", str(port)], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert f"cannot listen on port {port} of 127.0.0.1" in done.stderr
    with pytest.raises(ValueError, match="port: -1"):
        Emulator(port=-1)


def test_dump_does_not_write_files(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "clerk_emulator", "--dump", "--db"]
    missing, empty, foreign = tmp_path / "typo.db", tmp_path / "empty.db", tmp_path / "app.db"
    empty.touch()
    with contextlib.closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE note (text TEXT)")
    before = foreign.read_bytes()
    for db in (missing, empty, foreign):
        done = subprocess.run([*command, str(db)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert str(db) in done.stderr
    assert not missing.exists()
    assert empty.read_bytes() == b""
    assert foreign.read_bytes() == before
    with pytest.raises(InUseError, match="another program"):
        Emulator(db=foreign)
    assert foreign.read_bytes() == before


def test_rejects_seed_for_existing_state(tmp_path: Path) -> None:
    db, seed = tmp_path / "clerk.db", {"users": [{"username": "ada_l"}]}
    Emulator(db=db, seed=seed).stop()
    with pytest.raises(ValueError, match="a seed begins a new state"):
        Emulator(db=db, seed=seed)
    with Emulator(db=db) as emulator:
        assert len(emulator.dump()["users"]) == 1


@pytest.mark.parametrize("package", ["uvicorn", "jwt", "jsonschema"])
def test_missing_package_error_names_extra(package: str) -> None:
    without = f"import sys; sys.modules[{package!r}] = None; "
    for program in ("import runpy; runpy.run_module('clerk_emulator', run_name='__main__')", FIXTURE):
        done = subprocess.run([sys.executable, "-c", without + program], capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert f'clerk_emulator needs {package}: pip install "clerkkit[emulator]"' in done.stdout + done.stderr
        assert ("Traceback" in done.stderr) == (program == FIXTURE)


FIXTURE = "from clerk_emulator import Emulator"


def test_listens_on_loopback_only(clerk_emulator: Emulator) -> None:
    port = int(clerk_emulator.origin.rpartition(":")[2])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, type=socket.SOCK_STREAM)}
    for address in others - {"127.0.0.1", "::1"}:
        with (
            pytest.raises(OSError, match=r"refused|unreachable|timed out"),
            socket.create_connection((str(address), port), timeout=1),
        ):
            pass


def test_rejects_live_keys() -> None:
    for key in ("sk_live_x", "sk_test_", "", "pk_test_x"):
        with pytest.raises(ValueError, match="sk_test_"):
            Emulator(secret_key=key)


def test_repr_has_no_secrets(clerk_emulator: Emulator) -> None:
    assert clerk_emulator.secret_key not in repr(clerk_emulator)
    assert clerk_emulator.publishable_key.startswith("pk_test_")


def test_concurrent_writes_are_not_lost(clerk_emulator: Emulator) -> None:
    headers = {"Authorization": f"Bearer {clerk_emulator.secret_key}"}
    with httpx.Client(base_url=clerk_emulator.url, headers=headers, trust_env=False, timeout=30) as http:
        user = http.post("/users", json={"username": "ada_l"}).json()["id"]

        def write(writer: int) -> None:
            for number in range(10):
                body = {"public_metadata": {f"{writer}-{number}": 1}}
                assert http.patch(f"/users/{user}/metadata", json=body).status_code == 200

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(http.get(f"/users/{user}").json()["public_metadata"]) == 80


def test_concurrent_creates_of_one_username_succeed_once(clerk_emulator: Emulator) -> None:
    headers = {"Authorization": f"Bearer {clerk_emulator.secret_key}"}
    with httpx.Client(base_url=clerk_emulator.url, headers=headers, trust_env=False, timeout=30) as http:
        statuses: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: statuses.append(http.post("/users", json={"username": "ada_l"}).status_code)
            )
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(statuses) == [200] + [422] * 9


def test_interrupt_stops_server() -> None:
    with running() as program:
        os.kill(program.process.pid, signal.SIGINT)
        assert ended(program)[0] == 0


def test_judged_warns_and_names_its_replacement() -> None:
    with pytest.warns(DeprecationWarning, match="validate_responses"), Emulator(judged=True) as emulator:
        assert emulator._state.validate_responses
