"""What all flows share: statements, clock, handlers and options."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from clerkkit.sync.flows.changes import Change, Handlers
from clerkkit.sync.flows.steps import Call, Flow, Query, Row
from clerkkit.sync.schema.kinds import Kind
from clerkkit.sync.schema.statements import Statements
from clerkkit.sync.schema.tables import ClerkTables


@attrs.frozen(kw_only=True)
class Store:
    """The tables of a copy, and how it is written."""

    statements: Statements
    handlers: Handlers
    clock: Callable[[], float]
    """Returns the current Unix time in seconds."""
    instance_id: str | None
    """The only instance whose events are accepted."""
    keeps_outbox: bool

    @property
    def tables(self) -> ClerkTables:
        """The tables."""
        return self.statements.tables

    def now(self) -> int:
        """Return the current time in Unix milliseconds."""
        return int(self.clock() * 1000)

    def find(self, kind: Kind, ids: Sequence[str]) -> Flow[dict[str, Row]]:
        """Return the rows with these ids, by id."""
        if len(ids) == 1:
            found = yield Query(self.statements.find_one(kind), {"row_id": ids[0]})
        else:
            found = yield Query(self.statements.find(kind), {"ids": [*ids]})
        return {row["id"]: row for row in found.rows}

    def lock(self, ids: Sequence[str], *, children: bool = False, parent: bool = False) -> Flow[None]:
        """Lock ids until the end of the transaction; see `Statements.lock`."""
        locking = self.statements.lock(ids, children=children, parent=parent)
        if locking is not None:
            yield Query(*locking)

    def announce(self, changes: Sequence[Change]) -> Flow[None]:
        """Call the user's handlers for changes, and add the changes to the outbox."""
        for change in changes:
            for handler in self.handlers.find(change.kind):
                yield Call(handler, (change,))
        if self.keeps_outbox and changes:
            yield Query(sa.insert(self.tables.outbox), [_outbox_row(change, self.now()) for change in changes])


def _outbox_row(change: Change, now: int) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "resource_id": change.id,
        "action": change.action,
        "before": None if change.before is None else dict(change.before),
        "after": dict(change.after),
        "created_at": now,
    }
