"""The state of one emulator."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from clerk_emulator import operations
from clerk_emulator.contract import responses
from clerk_emulator.contract.filling import Differences
from clerk_emulator.contract.specification import Operation
from clerk_emulator.domain.access import origins
from clerk_emulator.domain.billing.renewals import settle
from clerk_emulator.json_types import Json
from clerk_emulator.operations.registry import run_startup_hooks
from clerk_emulator.request.faults import Faults
from clerk_emulator.request.rate_limits import InstanceType, RateLimits
from clerk_emulator.request.request_ledger import RequestLedger
from clerk_emulator.storage import keys as instance_keys
from clerk_emulator.storage.clock import Clock
from clerk_emulator.storage.ids import Ids
from clerk_emulator.storage.store import Store
from clerk_emulator.webhooks import endpoints
from clerk_emulator.webhooks.controls import Webhooks

Observer = Callable[[str, int, Any], None]
"""Called for each response with the operation's id, the status and the body.

The id of an operation of the Frontend API begins with `frontend/`.
"""

log = logging.getLogger("clerk_emulator")

# Done at import, so that a missing package of the extra is reported before anything starts. These packages are imported
# on first use, because an emulator starts faster without them.
for _package in ("cryptography", "jinja2", "jsonschema", "jwt", "python_multipart", "starlette", "trustme", "yaml"):
    if importlib.util.find_spec(_package) is None:
        raise ModuleNotFoundError(name=_package)
operations.load()


class State:
    """The store, clock, ids, keys, faults, rate limits and recorded requests of one emulator.

    `db` is the database file; without it the state is in memory. `secret_key`, `publishable_key` or `keys` set the
    keys of the instance; others are generated. `initialize` fills a new state, within the transaction that creates it
    (see `clerk_emulator.create_state`). `random_seed` makes ids reproducible.

    If `validate_responses` is true, each response is checked against the contract, and violations are added to
    `problems`; unexpected exceptions always are. `differences` are properties that handlers do not return as the
    contract says, `generic` the ids of operations that the generic resource layer answered. `observer` is called
    for each response. `control_hosts` are the host names at which the control API is served to other machines.
    `webhooks` are endpoints with the keys `url`, `events` and `secret`; those that the file has are changed, not added
    again. `allowed_origins` are the origins of applications on other machines, such as https://app.example.com.

    Raises ValueError for a secret or publishable key that is not one of a test instance, and for an invalid endpoint or
    origin; InUseError if another process uses the file.
    """

    def __init__(
        self,
        *,
        db: str | Path | None = None,
        secret_key: str | None = None,
        publishable_key: str | None = None,
        keys: Json | None = None,
        initialize: Callable[[State], None] | None = None,
        random_seed: int | str | None = None,
        rate_limits: InstanceType | None = None,
        validate_responses: bool = False,
        observer: Observer | None = None,
        control_hosts: Collection[str] = (),
        webhooks: Sequence[Json] = (),
        allowed_origins: Collection[str] = (),
    ) -> None:
        applications = frozenset(map(origins.normalize, allowed_origins))
        self.clock = Clock()
        self.ids = Ids(self.clock, random_seed)
        self.store = Store(self.clock, self.ids, db)
        self.store.allowed_origins = applications
        self.faults = Faults()
        self.requests = RequestLedger()
        self.limits = RateLimits(self.clock, rate_limits)
        self.validate_responses = validate_responses
        self.observer = observer
        self.control_hosts = frozenset(control_hosts)
        self.problems: list[str] = []
        self.differences = Differences()
        self.generic: set[str] = set()
        # One core is left to the event loop: more threads make it wait for a processor, which takes longer than a
        # signature.
        self.computing = ThreadPoolExecutor(max(1, (os.cpu_count() or 1) - 1), "clerk_emulator")
        """The threads that sign tokens. They start when they are needed."""
        chosen = {"secret_key": secret_key, "publishable_key": publishable_key}
        given_keys = {**(keys or {}), **{name: key for name, key in chosen.items() if key is not None}}
        try:
            with self.store.transaction():
                self.is_new = not instance_keys.exist(self.store)
                self.keys = instance_keys.load(self.store, given_keys)
                run_startup_hooks(self.store)
                if initialize is not None:
                    initialize(self)
                for endpoint in webhooks:
                    endpoints.ensure(self.store, **endpoint)
        except BaseException:
            self.close()
            raise
        self.webhooks = Webhooks(self.store, self.keys.instance_id)
        self.clock.on_change(self._settle)
        self._in_memory = db is None
        if self._in_memory:
            self.store.save_snapshot()

    def close(self) -> None:
        """Close the database, and end the threads."""
        self.computing.shutdown()
        self.store.close()

    def reset(self) -> None:
        """Restore the initial state, including time and faults. Raises RuntimeError if the state is in a file."""
        if not self._in_memory:
            raise RuntimeError("reset: this emulator keeps its state in a file; delete the file instead")
        self.store.restore_snapshot()
        self.clock.reset()
        self.ids.reset()
        self.faults.clear()
        self.requests.reset()
        self.limits.reset()
        self.problems.clear()
        self.webhooks.reset()

    def _settle(self) -> None:
        """Do what became due when the clock was changed."""
        with self.store.transaction():
            settle(self.store)

    def record_response(self, operation: Operation, status: int, body: Any) -> None:
        """Check a response against the contract, if enabled, and report it to the observer."""
        if self.validate_responses:
            self.problems += responses.violations(operation, status, body)
        if self.observer:
            self.observer(operation.qualified_id, status, body)

    def record_crash(self, request: str, error: Exception) -> None:
        """Log an unexpected exception and add it to the problems."""
        log.error("%s", request, exc_info=error)
        self.problems.append(f"{request}: {error!r}")
