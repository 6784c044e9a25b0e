"""How the copy is doing: counts, lag, failures, and the last runs."""

from __future__ import annotations

from typing import Any, NamedTuple

import sqlalchemy as sa

from clerkkit.sync.flows.steps import Flow, Query, Row
from clerkkit.sync.flows.store import Store
from clerkkit.sync.schema.kinds import KINDS

_SHOWN_FAILURES = 20


class Counts(NamedTuple):
    """The rows of a table."""

    live: int
    deleted: int


class Failure(NamedTuple):
    """An event that failed, and that `replay` applies again."""

    message_id: str
    type: str
    attempts: int
    received_at: int
    reason: str | None


class Run(NamedTuple):
    """The last run of a task. Times are Unix milliseconds."""

    started_at: int
    updated_at: int
    finished_at: int | None
    """None if it was interrupted, and can be resumed."""
    rows: int


class Status(NamedTuple):
    """How the copy is doing. Times are Unix milliseconds."""

    rows: dict[str, Counts]
    """The rows by kind."""
    messages: dict[str, int]
    """The messages of the inbox by outcome."""
    last_event_at: int | None
    """The timestamp of the newest event."""
    last_received_at: int | None
    lag: int | None
    """Milliseconds from the timestamp of the last received message to its arrival."""
    failures: list[Failure]
    """The newest events that failed."""
    backfill: Run | None
    reconcile: Run | None

    def to_dict(self) -> dict[str, Any]:
        """Return the status as JSON."""
        return {
            **self._asdict(),
            "rows": {kind: counts._asdict() for kind, counts in self.rows.items()},
            "failures": [one._asdict() for one in self.failures],
            "backfill": self.backfill and self.backfill._asdict(),
            "reconcile": self.reconcile and self.reconcile._asdict(),
        }


def read_status(store: Store) -> Flow[Status]:
    """Return the status, within a transaction."""
    rows: dict[str, Counts] = {}
    for kind in KINDS:
        table = store.tables[kind]
        found = yield Query(
            sa.select(sa.func.count().label("total"), sa.func.count(table.c.deleted_at).label("deleted")).select_from(
                table
            )
        )
        total, deleted = found.rows[0].values()
        rows[kind] = Counts(total - deleted, deleted)
    inbox, progress = store.tables.inbox, store.tables.progress
    grouped = yield Query(sa.select(inbox.c.outcome, sa.func.count().label("count")).group_by(inbox.c.outcome))
    newest = yield Query(sa.select(sa.func.max(inbox.c.timestamp).label("newest")))
    last = yield Query(sa.select(inbox.c.timestamp, inbox.c.received_at).order_by(inbox.c.received_at.desc()).limit(1))
    latest: Row | None = last.rows[0] if last.rows else None
    columns = (inbox.c.message_id, inbox.c.type, inbox.c.attempts, inbox.c.received_at, inbox.c.reason)
    failed = sa.select(*columns).where(inbox.c.outcome == "failed").order_by(inbox.c.received_at.desc())
    failures = yield Query(failed.limit(_SHOWN_FAILURES))
    runs = yield Query(sa.select(progress))
    return Status(
        rows=rows,
        messages={row["outcome"]: row["count"] for row in grouped.rows},
        last_event_at=newest.rows[0]["newest"],
        last_received_at=latest["received_at"] if latest else None,
        lag=max(0, latest["received_at"] - latest["timestamp"]) if latest else None,
        failures=[Failure(*row.values()) for row in failures.rows],
        backfill=_last_run(runs.rows, "backfill"),
        reconcile=_last_run(runs.rows, "reconcile"),
    )


def _last_run(rows: list[Row], task: str) -> Run | None:
    """Return the run of the kinds that were begun last; one that did not finish all of them is not finished."""
    of_task = [row for row in rows if row["task"] == task]
    if not of_task:
        return None
    finished = [row["finished_at"] for row in of_task]
    return Run(
        started_at=max(row["started_at"] for row in of_task),
        updated_at=max(row["updated_at"] for row in of_task),
        finished_at=None if None in finished else max(finished),
        rows=sum(row["rows"] for row in of_task),
    )
