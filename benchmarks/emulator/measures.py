"""The measures. Servers take turns in each round, so that other load on the machine affects all of them."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.emulator import peer
from benchmarks.emulator.bare import SECRET_KEY
from benchmarks.emulator.load import Request, Server, connected, read_response, server
from benchmarks.environments import ROOT
from benchmarks.measures import Rounds, rounds

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ORDERS = (
    "created_at",
    "updated_at",
    "email_address",
    "phone_number",
    "web3wallet",
    "first_name",
    "last_name",
    "username",
    "last_active_at",
    "last_sign_in_at",
)
_ROUNDS = 15
BATCH = 80
"""Requests in each round."""
_START_ROUNDS = 7
_CURVE_ROUNDS, _CURVE_BATCH = 11, 12
_SCAN_ROUNDS, _SCAN_BATCH = 5, 4
"""Fewer for requests that read every user, which take seconds with a million of them."""


@dataclass(frozen=True)
class Comparison:
    """Values of the emulator and of the bare server for each round; empty if there is no such server."""

    ours: tuple[float, ...]
    bare: tuple[float, ...] = ()


@dataclass(frozen=True)
class Curve:
    """The processor time of a request for each of `SIZES`, for each round."""

    name: str
    samples: tuple[tuple[float, ...], ...]
    scans: bool = False
    """Whether the request must read every user, even with an index."""

    @property
    def seconds(self) -> list[float]:
        """Return the median for each size."""
        return [statistics.median(found) for found in self.samples]

    @property
    def growth(self) -> list[float]:
        """Return the median ratio to the smallest size, for each size."""
        return [
            statistics.median(one / least for one, least in zip(found, self.samples[0], strict=True))
            for found in self.samples
        ]


@dataclass(frozen=True)
class Found:
    """All results, in seconds; `memory` in bytes."""

    requests: dict[str, Comparison]
    start: Comparison
    memory: dict[str, Comparison]
    resets: dict[str, Comparison]
    curves: list[Curve]
    races: dict[str, peer.Race]
    """Empty if the peer could not be installed."""


def everything(folder: Path, progress: Callable[[str], None]) -> Found:
    """Run all measures; `folder` is for a database."""
    progress("starts, in fresh processes")
    start = starts()
    progress("resets")
    fresh = resets()
    (folder / "peer").mkdir()
    races = peer.races(folder / "peer", progress)
    with ExitStack() as stack:
        progress("requests")
        requests, memory = _requests(stack, folder)
        progress(f"servers with {SIZES[-1]:,} users and fewer")
        filled = [stack.enter_context(server("filled", str(size), str(folder / f"{size}.db"))) for size in SIZES]
        found = []
        for name, make, scans in _CURVES:
            progress(name)
            found.append(_curve(name, make, filled, scans=scans))
        for size, one in zip(SIZES, filled, strict=True):
            memory[f"with {size:,} users in a file"] = Comparison((one.used()["bytes"],))
    return Found(requests, start, memory, fresh, found, races)


# Start


def starts() -> Comparison:
    """Measure the elapsed time from the command to the first response."""
    emulator = [sys.executable, "-m", "clerk_emulator", "--port", "0", "--secret-key", SECRET_KEY]
    bare = [sys.executable, "-m", "benchmarks.emulator.bare", "[]"]
    found = rounds({"ours": lambda: _start(emulator), "bare": lambda: _start(bare)}, _START_ROUNDS)
    return Comparison(found["ours"], found["bare"])


def _start(command: list[str]) -> float:
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            # The port, or a line with the URL.
            line = process.stdout.readline().split()[-1]
            port = int(line if line.isdigit() else line.split(":")[2].partition("/")[0])
            with connected(port) as connection:
                connection.sendall(Request("/users?limit=1").encoded())
                read_response(connection)
            return time.perf_counter() - begun
        finally:
            process.terminate()


# Resets


def resets() -> dict[str, Comparison]:
    """Measure a reset after a write, and the first request after it."""
    command = [sys.executable, "-m", "benchmarks.emulator.resets"]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE)
    samples: dict[str, list[float]] = json.loads(done.stdout)
    return {name: Comparison(tuple(found)) for name, found in samples.items()}


# Requests


def _requests(stack: ExitStack, folder: Path) -> tuple[dict[str, Comparison], dict[str, Comparison]]:
    """Measure the processor time of requests, and the memory after a first one."""
    emulator = stack.enter_context(server("filled", "100"))
    kept = stack.enter_context(server("filled", "100", str(folder / "clerk.db")))
    user = emulator.ask(Request("/users?limit=1"))[0]
    fresh = stack.enter_context(server("filled", "0"))
    fresh.ask(Request("/users"))
    bare = stack.enter_context(server("bare", json.dumps(user)))
    bare.ask(Request("/users"))
    memory = {"after a first response": Comparison((fresh.used()["bytes"],), (bare.used()["bytes"],))}

    numbers = count()

    def get() -> Request:
        return Request(f"/users/{user['id']}")

    def page() -> Request:
        return Request("/users?limit=10")

    def create() -> Request:
        return _creation(next(numbers))

    session = emulator.ask(Request("/sessions", {"user_id": user["id"]}))["id"]

    def sign() -> Request:
        return Request(f"/sessions/{session}/tokens", {})

    measured = {
        "get a user": (emulator, get),
        "list 10 users": (emulator, page),
        "create a user": (emulator, create),
        "sign a session token": (emulator, sign),
        "create a user, kept in a file": (kept, create),
    }
    found: dict[str, Comparison] = {}
    for name, (ours, make) in measured.items():
        samples = rounds({"ours": _probe(ours, make, BATCH), "bare": _probe(bare, make, BATCH)}, _ROUNDS)
        found[name] = Comparison(samples["ours"], samples["bare"])
    return found, memory


def _creation(number: int) -> Request:
    return Request("/users", {"email_address": [f"new{number}@example.com"], "first_name": "Ada"})


def _probe(asked: Server, make: Callable[[], Request], size: int) -> Callable[[], float]:
    return lambda: asked.seconds([make() for _ in range(size)])


# Curves

Make = Callable[[Server, int], Sequence[str]]
"""Return request targets for a server with this number of users."""


def _fixed(*targets: str) -> Make:
    return lambda _server, _size: targets


def _numbered(target: str) -> Make:
    """Return request targets for users from the whole list."""
    return lambda _server, size: [target.format(size * part // 7) for part in range(1, 7)]


def _after(server: Server, size: int) -> Sequence[str]:
    places = [int(size * part) for part in (0.25, 0.5, 0.75, 0.99)]
    ids = [server.ask(Request(f"/users?limit=1&offset={place}"))[0]["id"] for place in places]
    return [f"/users?limit=10&starting_after={one}" for one in ids]


def _at(server: Server, size: int) -> Sequence[str]:
    del server
    return [f"/users?limit=10&offset={size // 2}"]


def _ordered(column: str) -> Make:
    # A plus is written as %2B, because a plain one means a space.
    return _fixed(f"/users?limit=10&order_by=%2B{column}", f"/users?limit=10&order_by=-{column}")


_CURVES: list[tuple[str, Make, bool]] = [
    ("first page", _fixed("/users?limit=10"), False),
    *((f"order_by={column}", _ordered(column), False) for column in ORDERS),
    ("email_address", _numbered("/users?email_address=user{}@example.com"), False),
    ("external_id", _numbered("/users?external_id=external_{}"), False),
    ("starting_after, deep inside", _after, False),
    ("offset, half way", _at, True),
    ("count", _fixed("/users/count"), True),
    ("query, which few match", _numbered("/users?query=user{}@"), True),
    ("query, which many match", _fixed("/users?query=grace"), True),
    ("create a user", _fixed(), False),
]


def _curve(name: str, make: Make, filled: Sequence[Server], *, scans: bool) -> Curve:
    size_of_batch = _SCAN_BATCH if scans else _CURVE_BATCH

    def probe(asked: Server, size: int) -> Callable[[], float]:
        targets = make(asked, size)
        if not targets:
            numbers = count()
            return lambda: asked.seconds([_creation(next(numbers)) for _ in range(size_of_batch)])
        batch = [Request(targets[number % len(targets)]) for number in range(size_of_batch)]
        return lambda: asked.seconds(batch)

    probes = {str(size): probe(asked, size) for asked, size in zip(filled, SIZES, strict=True)}
    found: Rounds = rounds(probes, _SCAN_ROUNDS if scans else _CURVE_ROUNDS)
    return Curve(name, tuple(found[str(size)] for size in SIZES), scans)
