"""Applies an event: inbox, change and handlers in one transaction."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any, Literal, NamedTuple

from clerk_core import ClerkError
from clerkkit.sync.flows.changes import Change
from clerkkit.sync.flows.incoming import IncomingEvent
from clerkkit.sync.flows.reads import Unreadable, read_one
from clerkkit.sync.flows.steps import Flow, Query, Transaction
from clerkkit.sync.flows.store import Store
from clerkkit.sync.flows.write import Received, bury, changes_of, write
from clerkkit.sync.schema.rules import Decision, Source
from clerkkit.sync.schema.values import read_columns

OutcomeName = Literal["applied", "unchanged", "stale", "tombstoned", "duplicate", "ignored"]


class Outcome(NamedTuple):
    """What `apply` did with an event."""

    name: OutcomeName
    """`applied`: the row was written. `unchanged`: it has this content already. `stale`: it is newer than the event.
    `tombstoned`: the object was deleted, which is final. `duplicate`: the message was applied before. `ignored`: the
    event is not copied."""
    reason: str | None = None
    """Why the event was ignored or did not change the row."""
    kind: str | None = None
    id: str | None = None
    message_id: str = ""

    @property
    def changed(self) -> bool:
        """Whether the event changed the row of its object."""
        return self.name == "applied"


class OtherInstance(ClerkError):
    """The event belongs to another instance than the copy. Nothing was stored."""


class OrderUnknown(Exception):
    """The event and the row have the same version and different content. The transaction is rolled back."""


class _Settled(NamedTuple):
    """What Clerk returned for the object of an event whose order was unknown."""

    item: dict[str, Any] | None
    """None if Clerk no longer has the object."""
    as_of: int


_OUTCOMES: dict[Decision, tuple[OutcomeName, str | None]] = {
    Decision.WRITE: ("applied", None),
    Decision.ADVANCE: ("unchanged", "the row has the same content"),
    Decision.UNCHANGED: ("unchanged", "the row has the same content"),
    Decision.STALE: ("stale", "the row is newer"),
    Decision.TOMBSTONED: ("tombstoned", "the object was deleted"),
    Decision.UNKNOWN: ("stale", "the row has the same time and other content, and no client can settle the order"),
}


def apply_event(store: Store, event: IncomingEvent, *, can_read: bool, again: bool = False) -> Flow[Outcome]:
    """Apply an event. `can_read` allows a request if the order cannot be told, `again` repeats an applied message."""
    if store.instance_id is not None and event.instance_id != store.instance_id:
        raise OtherInstance(f"expected events of {store.instance_id}, got one of {event.instance_id}")
    try:
        try:
            outcome: Outcome = yield Transaction(lambda: _apply(store, event, again, can_read=can_read))
        except OrderUnknown:
            outcome = yield from _settle_order(store, event, again)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"[:1000]
        with contextlib.suppress(Exception):  # if the database fails, the first error says why
            yield Transaction(lambda: _record_failure(store, event, problem))
        raise
    return outcome


def _apply(
    store: Store, event: IncomingEvent, again: bool, *, can_read: bool, settled: _Settled | None = None
) -> Flow[Outcome]:
    """Apply an event in a transaction: with its own data, or with the object that was read to settle the order."""
    if not (yield from _receive(store, event, again)):
        return _outcome(event, "duplicate", "the message was applied before")
    changes = yield from _write_nested(store, event)
    if event.kind is None or event.id is None:
        name: OutcomeName = "applied" if changes else "ignored"
        reason = f"{event.type} is not copied" if event.kind is None else "the event has no id"
        outcome = _outcome(event, name, reason)
    elif settled is not None and settled.item is None:
        changes += yield from bury(store, event.kind, event.id, settled.as_of, None, event.envelope)
        outcome = _outcome(event, "applied", "Clerk no longer has the object")
    elif event.is_deletion:
        item = event.item if "created_at" in event.item else None
        deleted = yield from bury(store, event.kind, event.id, event.timestamp, item, event.envelope)
        changes += deleted
        outcome = _outcome(event, "applied") if deleted else _outcome(event, "unchanged", "the object was deleted")
    else:
        state = Received.build(event.kind, event.id, event.item, event.timestamp)
        if settled is not None and settled.item is not None:
            state = Received.build(event.kind, event.id, settled.item, settled.as_of, Source.SETTLED)
        written = yield from write(store, event.kind, [state], event.envelope)
        decision = written[0].decision
        if decision is Decision.UNKNOWN and can_read:
            raise OrderUnknown(event.id)
        changes += changes_of(written)
        outcome = _outcome(event, *_OUTCOMES[decision])
    yield from store.announce(changes)
    if outcome.name != "applied":
        stored = {"message": event.message_id, "outcome": outcome.name, "reason": outcome.reason}
        yield Query(store.statements.record_outcome, stored)
    return outcome


def _settle_order(store: Store, event: IncomingEvent, again: bool) -> Flow[Outcome]:
    """Read the object of an event whose order is unknown, and apply the event by it."""
    assert event.kind is not None
    as_of = max(store.now(), event.timestamp)
    settled: _Settled | None = None
    with contextlib.suppress(Unreadable):
        item = yield from read_one(event.kind, {**read_columns(event.kind, event.item), "id": event.id})
        settled = _Settled(item, as_of)
    outcome: Outcome = yield Transaction(partial(_apply, store, event, again, can_read=False, settled=settled))
    return outcome


def _outcome(event: IncomingEvent, name: OutcomeName, reason: str | None = None) -> Outcome:
    return Outcome(name, reason, event.kind.name if event.kind else None, event.id, event.message_id)


def _receive(store: Store, event: IncomingEvent, again: bool) -> Flow[bool]:
    """Lock what the event is about, and add its message to the inbox. Return whether it is to be applied."""
    is_child = event.kind is not None and bool(event.kind.parents)
    ids = [item["id"] for _, item in event.nested] + ([event.id] if event.id else [])
    yield from store.lock(ids, children=is_child, parent=event.is_deletion and not is_child)
    claimed = yield Query(store.statements.receive, {**_inbox_row(store, event, "applied", None), "again": again})
    return bool(claimed.rows)


def _write_nested(store: Store, event: IncomingEvent) -> Flow[list[Change]]:
    changes: list[Change] = []
    for kind, item in event.nested:
        state = Received.build(kind, item["id"], item, event.timestamp, Source.NESTED)
        changes += changes_of((yield from write(store, kind, [state], event.envelope)))
    return changes


def _inbox_row(store: Store, event: IncomingEvent, outcome: str, reason: str | None) -> dict[str, Any]:
    return {
        "message_id": event.message_id,
        "type": event.type,
        "resource_id": event.id,
        "user_id": event.user_id,
        "timestamp": event.timestamp,
        "received_at": store.now(),
        "attempts": 1,
        "outcome": outcome,
        "reason": reason,
        "body": event.body,
    }


def _record_failure(store: Store, event: IncomingEvent, problem: str) -> Flow[None]:
    yield Query(store.statements.record_failure, _inbox_row(store, event, "failed", problem))
