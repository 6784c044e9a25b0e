"""Requests to the emulator and to the peer, the npm package `emulate`, side by side."""

from __future__ import annotations

import shutil
import statistics
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.emulator.load import Cost, Request, Server, server
from benchmarks.measures import running

PACKAGE = "emulate@0.11.2"
USERS = 100
"""Users of each server at the start."""
_ROUNDS = 21
BATCH = 100
"""Requests in each round."""
_KEYS = [f"sk_test_benchmar{number:02}" for number in range(100)]
"""The peer accepts every key, and rejects the 5,001st request with a key within an hour."""


@dataclass(frozen=True)
class Race:
    """What a request takes on the emulator and on the peer, for each round."""

    ours: tuple[Cost, ...]
    peer: tuple[Cost, ...]

    @property
    def throughput(self) -> float:
        """Return the median ratio of the requests per second: above 1 if the emulator is faster."""
        return statistics.median(peer.elapsed / ours.elapsed for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def processor(self) -> float:
        """Return the median ratio of the requests per second of processor time."""
        pairs = zip(self.ours, self.peer, strict=True)
        return statistics.median(peer.processor / ours.processor for ours, peer in pairs)


def races(folder: Path, progress: Callable[[str], None]) -> dict[str, Race]:
    """Compare the emulator with the peer. Empty, with a line that says so, if the peer cannot be installed."""
    if missing := [name for name in ("node", "npm") if shutil.which(name) is None]:
        progress(f"the comparison with {PACKAGE} is skipped: {' and '.join(missing)} is not installed")
        return {}
    install = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PACKAGE]
    done = subprocess.run(install, check=False, capture_output=True, text=True)
    if done.returncode:
        progress(f"the comparison with {PACKAGE} is skipped: npm cannot install it: {done.stderr.strip()[:200]}")
        return {}
    with ExitStack() as stack:
        servers = stack.enter_context(server("filled", "0")), stack.enter_context(_peer(folder))
        numbers = count()

        def create() -> Request:
            body = {"email_address": [f"user{next(numbers)}@example.com"], "first_name": "Ada", "last_name": "Lovelace"}
            return Request("/users", body)

        for one in servers:
            for _ in range(USERS):
                one.ask(create())
        users = [one.ask(create())["id"] for one in servers]
        sessions = [
            one.ask(Request("/sessions", {"user_id": user}))["id"] for one, user in zip(servers, users, strict=True)
        ]
        # The requests of each row, for the emulator (0) and for the peer (1).
        rows: dict[str, Callable[[int], Request]] = {
            "get a user": lambda side: Request(f"/users/{users[side]}"),
            "list 10 users": lambda _: Request("/users?limit=10"),
            "create a user": lambda _: create(),
            "change metadata": lambda side: Request(
                f"/users/{users[side]}/metadata", {"public_metadata": {"number": next(numbers)}}, "PATCH"
            ),
            "sign a session token": lambda side: Request(f"/sessions/{sessions[side]}/tokens", {}),
        }
        found: dict[str, Race] = {}
        for name, make in rows.items():
            progress(f"{name}, beside {PACKAGE}")
            found[name] = _race(servers, make)
        return found


def _race(servers: tuple[Server, Server], make: Callable[[int], Request]) -> Race:
    samples: tuple[list[Cost], list[Cost]] = [], []
    for number in range(_ROUNDS + 1):
        for side in (0, 1) if number % 2 else (1, 0):
            cost = servers[side].cost([make(side) for _ in range(BATCH)])
            if number:  # the first round warms both up
                samples[side].append(cost)
    return Race(tuple(samples[0]), tuple(samples[1]))


@contextmanager
def _peer(folder: Path) -> Iterator[Server]:
    script = folder / "peer.mjs"
    script.write_bytes(Path(__file__).with_suffix(".mjs").read_bytes())
    with running(["node", str(script)], cwd=folder) as process:
        assert process.stdout
        yield Server(process, int(process.stdout.readline()), _KEYS)
