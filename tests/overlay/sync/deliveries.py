"""Delivers messages to workers as bad days do: in any order, doubled, late, lost, to workers that are killed."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import sqlalchemy as sa

from clerkkit import Clerk
from clerkkit.sync import Sync
from clerkkit.sync.schema.kinds import BY_EVENT, KINDS
from tests.overlay.sync.histories import Json, Message

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.overlay.sync.deliveries"])
_CHANCE_OF_A_KILL = 0.5
_LONGEST = 120


class Plan(NamedTuple):
    """How messages are delivered."""

    name: str
    doubled: bool = False
    shuffled: bool = False
    delayed: bool = False
    """Some messages arrive again, or only, after all others, as retries do."""
    lossy: bool = False


PLANS = (
    Plan("in order"),
    Plan("doubled", doubled=True),
    Plan("late", delayed=True),
    Plan("any order", shuffled=True),
    Plan("any order, doubled and late", doubled=True, shuffled=True, delayed=True),
    Plan("partly lost", doubled=True, shuffled=True, delayed=True, lossy=True),
)


def arrange(messages: list[Message], plan: Plan, rng: random.Random) -> list[Message]:
    """Return the messages in the order of their arrival."""
    arrived = [message for message in messages if not (plan.lossy and rng.random() < 0.25)]
    if plan.doubled:
        arrived += rng.sample(arrived, len(arrived) // 2)
    if plan.shuffled:
        rng.shuffle(arrived)
    elif plan.doubled:
        arrived.sort(key=messages.index)
    if plan.delayed:
        late = rng.sample(arrived, len(arrived) // 4)
        arrived = [message for message in arrived if message not in late] + late
    return arrived


class Worker:
    """A process that applies messages. It can be killed at a statement, and is replaced by a new one then."""

    def __init__(self, url: str, secret_key: str, base_url: str) -> None:
        self._arguments = (url, secret_key, base_url)
        self._start()

    def _start(self) -> None:
        self.connection, other = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_work, args=(other, *self._arguments), daemon=True)
        self._process.start()
        other.close()

    def send(self, messages: list[Message], kill_at: int, ahead: float) -> None:
        """Deliver messages. The process dies before its statement number `kill_at`; 0 lets it live."""
        self.connection.send((messages, kill_at, ahead))

    def acknowledged(self) -> set[str]:
        """Wait until the messages are applied or the process has died, and return the ids of those that are applied."""
        done: set[str] = set()
        try:
            while self.connection.poll(_LONGEST):
                answer = self.connection.recv()
                if answer is None:
                    return done
                if isinstance(answer, Exception):
                    raise answer
                done.add(answer)
        except EOFError:
            self._process.join()
            assert self._process.exitcode == -signal.SIGKILL
            self._start()
            return done
        raise TimeoutError("the worker neither answers nor dies: a deadlock")

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.join()


def _work(connection: Connection, url: str, secret_key: str, base_url: str) -> None:
    engine = sa.create_engine(url)
    remaining = [0]
    ahead = [0.0]

    @sa.event.listens_for(engine, "before_cursor_execute")
    def die(*_: Any) -> None:
        if remaining[0] == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        remaining[0] = max(0, remaining[0] - 1)

    with Clerk(secret_key, base_url=base_url) as clerk:
        sync = Sync(engine, clerk, clock=lambda: time.time() + ahead[0])
        while True:
            try:
                messages, remaining[0], ahead[0] = connection.recv()
            except EOFError:
                return
            for message in messages:
                try:
                    sync.apply(message.event, message.id)
                except Exception as error:  # the test reports it
                    connection.send(RuntimeError(f"{message.event['type']}: {error!r}"))
                    return
                connection.send(message.id)
            connection.send(None)


def deliver(arrived: list[Message], workers: list[Worker], rng: random.Random, ahead: float, *, kills: bool) -> int:
    """Deliver messages to workers until all are acknowledged, and return the number of workers that were killed."""
    killed = 0
    pending = arrived
    while pending:
        shares = [pending[number :: len(workers)] for number in range(len(workers))]
        kill_at = [rng.randint(1, 40) if kills and rng.random() < _CHANCE_OF_A_KILL else 0 for _ in workers]
        for worker, share, number in zip(workers, shares, kill_at, strict=True):
            worker.send(share, number, ahead)
        done: set[str] = set()
        for worker in workers:
            pid = worker._process.pid
            done |= worker.acknowledged()
            killed += worker._process.pid != pid
        pending = [message for message in pending if message.id not in done]
        kills = kills and killed < 20
    return killed


class Upserter:
    """The handler that guides show: insert or replace by id, delete by id."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Json]] = {}

    def apply(self, event: Json) -> None:
        """Apply an event."""
        group, _, verb = event["type"].partition(".")
        if group not in BY_EVENT:
            return
        rows = self.rows.setdefault(BY_EVENT[group].name, {})
        if verb == "deleted":
            rows.pop(event["data"]["id"], None)
        else:
            rows[event["data"]["id"]] = event["data"]

    def tables(self) -> dict[str, dict[str, Json]]:
        """Return the rows as those of a copy."""
        found = {kind: {one: {"raw": item, **item} for one, item in self.rows.get(kind, {}).items()} for kind in KINDS}
        for user in self.rows.get("users", {}).values():
            for one in user["email_addresses"]:
                found["email_addresses"][one["id"]] = {**one, "user_id": user["id"]}
        return found
