"""Concurrent writes, and processes that are killed or stopped during them."""

from __future__ import annotations

import contextlib
import itertools
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Json
from tests.emulator.test_server import KEY, ended, running

WRITERS = 4


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pages(http: httpx.Client, path: str) -> Iterator[Json]:
    """Return all items of a list."""
    for offset in itertools.count(0, 500):
        answer: Any = http.get(path, params={"limit": 500, "offset": offset}).raise_for_status().json()
        page: list[Json] = answer["data"] if isinstance(answer, dict) else answer
        yield from page
        if len(page) < 500:
            return


class Writer:
    """A client that writes continuously, and records which requests were answered."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.users: dict[str, int] = {}
        """The users that must exist, with how often their metadata changed."""
        self.deleted: set[str] = set()
        self.members: set[tuple[str, str]] = set()
        self.asked: str | None = None
        """Requests without a response: they may have been executed or not."""

    def write(self, http: httpx.Client) -> None:
        with contextlib.suppress(httpx.TransportError):
            for number in itertools.count(len(self.users) + len(self.deleted)):
                name = f"{self.name}_{number}"
                body = {"username": name, "email_address": [f"{name}@example.com", f"{name}@example.org"]}
                user: str = self._send(http.post, "/users", json=body)["id"]
                self.users[user] = 0
                for step in range(1, 4):
                    change = {"public_metadata": {f"a{step}": step}, "private_metadata": {f"a{step}": step}}
                    self._send(http.patch, f"/users/{user}/metadata", about=user, json=change)
                    self.users[user] = step
                organization = self._send(http.post, "/organizations", json={"name": name, "created_by": user})["id"]
                self.members.add((organization, user))
                if number % 3 == 2:
                    self._send(http.delete, f"/users/{user}", about=user)
                    del self.users[user]
                    self.deleted.add(user)
                    self.members.discard((organization, user))

    def _send(self, method: Callable[..., httpx.Response], path: str, about: str = "", **options: Any) -> Json:
        self.asked = about
        answer = method(path, **options)
        assert answer.status_code == 200, answer.text
        self.asked = None
        told: Json = answer.json()
        return told

    def check(self, users: dict[str, Json], members: set[tuple[str, str]]) -> None:
        """Assert that answered requests are stored, and that others are stored completely or not at all."""
        for user, changes in self.users.items():
            if user not in users and user == self.asked:
                continue  # it was being deleted
            told = users[user]["public_metadata"]
            assert set(told) >= {f"a{step}" for step in range(1, changes + 1)}
            assert len(told) <= changes + (user == self.asked)
            # Both values of one request have changed together.
            assert told == users[user]["private_metadata"]
        assert not self.deleted & set(users)
        assert {one for one in self.members if one[1] in users or one[1] != self.asked} <= members


def test_committed_writes_survive_kill(tmp_path: Path) -> None:
    db = str(tmp_path / "clerk.db")
    writers = [Writer(f"writer_{number}") for number in range(WRITERS)]
    for round_ in range(1, 4):
        with running("--db", db) as program, program.http() as http:
            threads = [threading.Thread(target=writer.write, args=(http,)) for writer in writers]
            for thread in threads:
                thread.start()
            while sum(len(writer.users) for writer in writers) < 8 * round_:
                assert all(thread.is_alive() for thread in threads)
            program.process.kill()
            for thread in threads:
                thread.join()
        with running("--db", db) as program, program.http() as http:
            users = {user["id"]: user for user in pages(http, "/users")}
            members = {
                (one["organization"]["id"], one["public_user_data"]["user_id"])
                for one in pages(http, "/organization_memberships")
            }
            for writer in writers:
                writer.check(users, members)
                # Whether the last request was executed is now known. The next round continues from here.
                mine = {user for user, told in users.items() if told["username"].startswith(f"{writer.name}_")}
                writer.deleted |= set(writer.users) - mine
                writer.users = {user: len(users[user]["public_metadata"]) for user in mine}
                writer.members = {one for one in members if one[1] in mine}
            written = [user for user in users.values() if user["username"].startswith("writer_")]
            assert all(len(user["email_addresses"]) == 2 and user["primary_email_address_id"] for user in written)
            organizations = list(pages(http, "/organizations"))
            # The creator of an organization is a member until the user is deleted.
            made_by = {(one["id"], one["created_by"]) for one in organizations if one["created_by"] in users}
            assert made_by == members
            http.post("/users", json={"username": f"after_{round_}"}).raise_for_status()


@pytest.mark.anyio
async def test_concurrent_tasks_lose_no_writes(clerk_emulator: Emulator) -> None:
    headers = {"Authorization": f"Bearer {clerk_emulator.secret_key}"}
    async with httpx.AsyncClient(base_url=clerk_emulator.url, headers=headers, trust_env=False, timeout=30) as http:
        made = await http.post("/organizations", json={"name": "Acme", "max_allowed_memberships": 10})
        here = f"/organizations/{made.json()['id']}"
        statuses: list[int] = []

        async def join(number: int) -> None:
            user = (await http.post("/users", json={"username": f"user_{number}"})).json()["id"]
            answer = await http.post(f"{here}/memberships", json={"user_id": user, "role": "org:member"})
            statuses.append(answer.status_code)
            merge = await http.patch(f"{here}/metadata", json={"public_metadata": {f"from_{number}": number}})
            assert merge.status_code == 200

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(join, number)
        # Of twenty concurrent requests for ten places ten succeed.
        assert sorted(statuses) == [200] * 10 + [403] * 10
        answer = (await http.get(here, params={"include_members_count": True})).json()
        assert answer["members_count"] == 10
        assert answer["public_metadata"] == {f"from_{number}": number for number in range(20)}
        assert (await http.get("/users/count")).json()["total_count"] == 20


def test_second_process_does_not_change_database(tmp_path: Path) -> None:
    db = str(tmp_path / "clerk.db")
    with running("--db", db) as program, program.http() as http:
        command = [sys.executable, "-m", "clerk_emulator", "--port", "0", "--db", db]
        first = http.post("/users", json={"username": "before"}).json()["id"]
        for arguments in ([], ["--dump"]):
            second = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
            assert (second.returncode, second.stdout) == (1, "")
            assert "another process uses it" in second.stderr
        second_user = http.post("/users", json={"username": "after"}).json()["id"]
        program.process.send_signal(signal.SIGTERM)
        assert ended(program) == (0, "")
    with running("--db", db) as program, program.http() as http:
        assert [user["id"] for user in http.get("/users").json()] == [second_user, first]


def test_stop_finishes_request_in_progress(tmp_path: Path) -> None:
    """SIGTERM during requests: they get their responses, their writes are stored, and the process exits normally."""
    db = str(tmp_path / "clerk.db")
    with running("--db", db) as program, contextlib.ExitStack() as stack:
        address = ("127.0.0.1", int(program.url.rpartition(":")[2].removesuffix("/v1")))
        # Created here, since a client takes long to create where the machine is busy. The connections are made later.
        readers = [stack.enter_context(program.http()) for _ in range(3)]
        waiting = [stack.enter_context(socket.create_connection(address, timeout=10)) for _ in range(WRITERS)]
        for number, connection in enumerate(waiting):
            body = b'{"username": "user_%d"}' % number
            connection.sendall(
                b"POST /v1/users HTTP/1.1\r\nHost: x\r\nX-Clerk-Emulator-Fault: delay=1200\r\n"
                b"Authorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (KEY.encode(), len(body), body)
            )
        # Connections opened later already have a response, so earlier ones are being processed.
        for reader in readers:
            assert reader.get("/users").json() == []
        program.process.send_signal(signal.SIGTERM)
        for connection in waiting:
            assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        assert ended(program) == (0, "")
    with running("--db", db) as program, program.http() as http:
        names = {user["username"] for user in http.get("/users").json()}
        assert names == {f"user_{number}" for number in range(WRITERS)}


def test_stop_during_writes_loses_no_response() -> None:
    with running() as program, program.http() as http:
        writers = [Writer(f"writer_{number}") for number in range(WRITERS)]
        threads = [threading.Thread(target=writer.write, args=(http,)) for writer in writers]
        for thread in threads:
            thread.start()
        while sum(len(writer.users) for writer in writers) < 8:
            assert all(thread.is_alive() for thread in threads)
        program.process.send_signal(signal.SIGTERM)
        assert ended(program) == (0, "")
        for thread in threads:
            thread.join()
