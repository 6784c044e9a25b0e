"""Concurrent writes, and processes that are killed or stopped during them."""

from __future__ import annotations

import contextlib
import itertools
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator.api import Json
from tests.emulator.exploring import FACTOR
from tests.emulator.http.test_server import KEY, ended, running
from tests.emulator.webhooks.receivers import receiving

WRITERS = 8
KILLS = 50 if FACTOR else 3
"""`CLERK_EMULATOR_EXPLORE=1` kills the process more often."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pages(http: httpx.Client, path: str) -> Iterator[Json]:
    """Return all items of a list."""
    for offset in itertools.count(0, 500):
        response: Any = http.get(path, params={"limit": 500, "offset": offset}).raise_for_status().json()
        page: list[Json] = response["data"] if isinstance(response, dict) else response
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
        response = method(path, **options)
        assert response.status_code == 200, response.text
        self.asked = None
        told: Json = response.json()
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


def control(http: httpx.Client, method: str, path: str, body: Json | None = None) -> Any:
    """Return the response of the control API."""
    url = str(http.base_url).replace("/v1/", f"/_emulator{path}")
    response = http.request(method, url, json=body, timeout=310).raise_for_status()
    return response.json() if response.content else None


def changes(events: list[Json], name: str, ids: Callable[[Json], Any]) -> set[Any]:
    """Return what exists according to events about `name`. Nothing is created twice, or deleted without being there."""
    existing: set[Any] = set()
    for event in events:
        if event["type"] == f"{name}.created":
            assert ids(event["data"]) not in existing
            existing.add(ids(event["data"]))
        elif event["type"] == f"{name}.deleted":
            existing.remove(ids(event["data"]))
    return existing


def member_ids(membership: Json) -> tuple[str, str]:
    return membership["organization"]["id"], membership["public_user_data"]["user_id"]


def test_committed_writes_and_deliveries_survive_kill(tmp_path: Path) -> None:
    db = str(tmp_path / "clerk.db")
    writers = [Writer(f"writer_{number}") for number in range(WRITERS)]
    chance = random.Random()
    with receiving() as receiver:
        receiver.respond = lambda _number: 500 if chance.random() < 0.2 else 200
        options = ("--db", db, "--webhook", receiver.url)
        for round_ in range(1, KILLS + 1):
            write_until_killed(options, writers, 8 * round_, chance)
            with running(*options) as program, program.http() as http:
                check(http, writers)
                http.post("/users", json={"username": f"after_{round_}"}).raise_for_status()
                # Some attempts fail. Their deliveries are pending when the process is killed again.
                control(http, "POST", "/webhooks/flush", {"timeout": 300})
        with running(*options) as program, program.http() as http:
            receiver.respond = lambda _number: 200
            control(http, "POST", "/clock/advance", {"seconds": 28 * 3600})
            control(http, "POST", "/webhooks/flush", {"timeout": 300})
            events = control(http, "GET", "/events")["events"]
            deliveries = control(http, "GET", "/webhooks/deliveries")["deliveries"]
            assert [one["event_type"] for one in deliveries] == [event["type"] for event in events]
            assert {one["status"] for one in deliveries} == {"delivered"}
            assert {one["message_id"] for one in deliveries} == set(receiver.ids)
            assert max(len(one["attempts"]) for one in deliveries) > 1


def write_until_killed(options: tuple[str, ...], writers: list[Writer], users: int, chance: random.Random) -> None:
    """Kill the process at a random moment, when there are this many users or more."""
    with running(*options) as program, program.http() as http:
        threads = [threading.Thread(target=writer.write, args=(http,)) for writer in writers]
        for thread in threads:
            thread.start()
        while sum(len(writer.users) for writer in writers) < users:
            assert all(thread.is_alive() for thread in threads)
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.1))
        program.process.kill()
        for thread in threads:
            thread.join()


def check(http: httpx.Client, writers: list[Writer]) -> None:
    """Assert that what was answered is stored, that nothing is half done, and that the events tell what is stored."""
    users = {user["id"]: user for user in pages(http, "/users")}
    members = {member_ids(one) for one in pages(http, "/organization_memberships")}
    events = control(http, "GET", "/events")["events"]
    assert changes(events, "user", lambda user: user["id"]) == set(users)
    assert changes(events, "organizationMembership", member_ids) == members
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


@pytest.mark.anyio
async def test_concurrent_tasks_lose_no_writes(clerk_emulator: Emulator) -> None:
    headers = {"Authorization": f"Bearer {clerk_emulator.secret_key}"}
    async with httpx.AsyncClient(base_url=clerk_emulator.url, headers=headers, trust_env=False, timeout=30) as http:
        made = await http.post("/organizations", json={"name": "Acme", "max_allowed_memberships": 10})
        here = f"/organizations/{made.json()['id']}"
        statuses: list[int] = []

        async def join(number: int) -> None:
            user = (await http.post("/users", json={"username": f"user_{number}"})).json()["id"]
            response = await http.post(f"{here}/memberships", json={"user_id": user, "role": "org:member"})
            statuses.append(response.status_code)
            merge = await http.patch(f"{here}/metadata", json={"public_metadata": {f"from_{number}": number}})
            assert merge.status_code == 200

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(join, number)
        # Of twenty concurrent requests for ten places ten succeed.
        assert sorted(statuses) == [200] * 10 + [403] * 10
        response = (await http.get(here, params={"include_members_count": True})).json()
        assert response["members_count"] == 10
        assert response["public_metadata"] == {f"from_{number}": number for number in range(20)}
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
