"""All that an emulator holds: its store, clock, ids, keys, and what happens to requests beside their answers."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from clerk_emulator.contract import filling, responses
from clerk_emulator.contract.specification import Operation, operations
from clerk_emulator.errors import Json, is_object
from clerk_emulator.operations import load as load_operations
from clerk_emulator.operations import prepare
from clerk_emulator.request import validation, versions
from clerk_emulator.request.call import HANDLERS, Answer, Call, Caller
from clerk_emulator.request.faults import Faults
from clerk_emulator.request.rate_limits import Instance, RateLimits
from clerk_emulator.seeding import seed_files
from clerk_emulator.storage import keys
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids
from clerk_emulator.storage.store import Store

Observer = Callable[[str, int, Any], None]
"""Told of every answer: the operation's id, the status, the body."""

log = logging.getLogger("clerk_emulator")


class State:
    """An emulator without its server.

    `seed` begins a state that is new, and `random_seed` makes ids reproducible. `judged` holds every answer
    against the contract; what departs is added to `problems`, and so is every exception that nobody foresaw.
    `filled_in` are the properties that the contract requires and no handler knows.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        secret_key: str | None = None,
        seed: str | Path | Json | None = None,
        random_seed: int | str | None = None,
        rate_limits: Instance | None = None,
        judged: bool = False,
        observer: Observer | None = None,
    ) -> None:
        load_operations()
        self.clock = Clock()
        self.ids = Ids(self.clock, random_seed)
        self.store = Store(self.clock, self.ids, db)
        self.faults = Faults()
        self.limits = RateLimits(self.clock, rate_limits)
        self.judged = judged
        self.observer = observer
        self.problems: list[str] = []
        self.filled_in: set[str] = set()
        try:
            with self.store.transaction():
                self._begin(secret_key, seed)
        except BaseException:
            self.store.close()
            raise
        self._in_memory = db is None
        if self._in_memory:
            self.store.remember()

    def _begin(self, secret_key: str | None, given: str | Path | Json | None) -> None:
        if given is not None and self.store.setting("keys") is not None:
            raise seed_files.SeedError(
                "a seed begins a new state, and the file has one: delete it, or leave the seed out"
            )
        data = seed_files.read(given) if given is not None else {}
        given_keys = {"secret_key": secret_key} if secret_key is not None else {}
        self.keys = keys.load(self.store, data.get("keys", {}) | given_keys)
        prepare(self.store)
        seed_files.load(self, data)

    def reset(self) -> None:
        """Go back to the state at the start, time and faults included. Raises RuntimeError for a state in a file."""
        if not self._in_memory:
            raise RuntimeError("reset: this emulator keeps its state in a file; delete the file instead")
        self.store.restore()
        self.clock.reset()
        self.ids.reset()
        self.faults.clear()
        self.limits.reset()
        self.problems.clear()

    def seen(self, operation: Operation, status: int, body: Any) -> None:
        """Note an answer that goes out."""
        if self.judged:
            self.problems += responses.departures(operation, status, body)
        if self.observer:
            self.observer(operation.id, status, body)

    def broke(self, said: str, error: Exception) -> None:
        """Note an exception that nobody foresaw."""
        log.error("%s", said, exc_info=error)
        self.problems.append(f"{said}: {error!r}")

    def handled(self, call: Call, handle: Callable[[Call], Any]) -> Answer:
        """The handler's answer, its writes kept, or, when it raises, undone."""
        with self.store.transaction():
            done = handle(call)
        answer = done if isinstance(done, Answer) else Answer(done)
        status = answer.status or call.operation.success
        pointer = call.operation.responses.get(status)
        body = filling.completed(pointer, answer.body, self.filled_in.add) if pointer else answer.body
        return Answer(body, status, answer.headers, answer.content)

    def perform(self, operation_id: str, body: Json | None = None, **path: str) -> Json:
        """Do what a request with the secret key does, checks included, in a transaction that is open already.

        `path` are the parameters of the path. For operations that answer an object. Raises Refusal.
        """
        operation = operations()[operation_id]
        sent = validation.body_value(operation, operation.body_type, json.dumps(body or {}).encode())
        call = Call(
            operation=operation,
            path=path,
            query=validation.query_values(operation, []),
            body=sent if is_object(sent) else {},
            items=[],
            files={},
            caller=Caller(self.keys.instance_id),
            store=self.store,
            clock=self.clock,
            ids=self.ids,
            keys=self.keys,
            origin="",
            version=versions.current(),
        )
        done = HANDLERS[operation_id].handle(call)
        assert is_object(done), "a list, or no answer at all"
        return done
