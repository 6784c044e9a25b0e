"""Compare the events that each request causes with the table of causes."""

from __future__ import annotations

from typing import Any

from clerk_emulator import Emulator
from clerk_emulator.contract.specification import operations
from clerk_emulator.domain import events
from clerk_emulator.storage import ledger
from clerk_emulator.storage.ledger import LedgerEntry
from tests.emulator import event_schemas
from tools import event_causes


class EventChecker:
    """Checks the events of an emulator after each response; an `observer` for it. `emulator` is set afterwards."""

    def __init__(self) -> None:
        self.emulator: Emulator | None = None
        self.violations: list[str] = []
        """What the table, or Clerk's document of events, does not have."""
        self._last: LedgerEntry | None = None
        """The last event that was checked."""

    def observe(self, operation_id: str, status: int, _body: Any) -> None:
        """Check the events since the last response."""
        types = self.check_new()
        if operation_id.startswith("frontend/"):
            # Reading can cause events too, as a link in an email does, and so can an error, as the lock of a user.
            if types and not event_causes.allows(operation_id, types):
                self.violations.append(f"{operation_id} {status}: caused {types}")
            return
        can_cause = status < 300 and operations()[operation_id].method != "GET"
        if types if not can_cause else not event_causes.allows(operation_id, types):
            self.violations.append(f"{operation_id} {status}: caused {types}")

    def check_new(self) -> list[str]:
        """Check the bodies of new events. Return the types of those that a request has caused.

        Others, such as those of a sign-in by a test, have no address.
        """
        assert self.emulator
        store = self.emulator._state.store
        with store.transaction():
            entries = ledger.read_after(store, self._last.number - 1 if self._last else 0)
            if self._last and entries[:1] == [self._last]:
                del entries[0]
            elif self._last:  # a test has reset the emulator
                entries = ledger.read_after(store)
        self._last = entries[-1] if entries else self._last
        for entry in entries:
            self.violations += event_schemas.violations(events.envelope(entry, "ins_1"))
        return [entry.type for entry in entries if entry.client_ip]
