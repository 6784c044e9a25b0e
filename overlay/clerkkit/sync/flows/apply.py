"""Applies an event: inbox, change and handlers in one transaction."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import Any, Literal, NamedTuple

from clerk_core import ClerkError
from clerkkit.sync.changes import Change
from clerkkit.sync.flows.store import Store
from clerkkit.sync.flows.write import Received, bury, write
from clerkkit.sync.incoming import IncomingEvent
from clerkkit.sync.reads import Unreadable, read_one
from clerkkit.sync.rules import Decision, Source, build_version
from clerkkit.sync.schema.values import read_columns
from clerkkit.sync.steps import Flow, Query, Transaction

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


def _apply(store: Store, event: IncomingEvent, again: bool, *, can_read: bool) -> Flow[Outcome]:
    if not (yield from _receive(store, event, again)):
        return _outcome(event, "duplicate", "the message was applied before")
    changes = yield from _write_nested(store, event)
    if event.kind is None or event.id is None:
        name: OutcomeName = "applied" if changes else "ignored"
        reason = f"{event.type} is not copied" if event.kind is None else "the event has no id"
        outcome = _outcome(event, name, reason)
    elif event.is_deletion:
        item = event.item if "created_at" in event.item else None
        deleted = yield from bury(store, event.kind, event.id, event.timestamp, item, event.envelope)
        changes += deleted
        outcome = _outcome(event, "applied") if deleted else _outcome(event, "unchanged", "the object was deleted")
    else:
        rank = event.kind.ranks.get(str(event.item.get("status")), 0)
        version = build_version(event.item.get("updated_at"), event.timestamp, rank)
        received = Received(event.id, event.item, version)
        (written,) = yield from write(store, event.kind, [received], event.envelope)
        if written.decision is Decision.UNKNOWN and can_read:
            raise OrderUnknown(event.id)
        changes += [written.change] if written.change else []
        outcome = _outcome(event, *_OUTCOMES[written.decision])
    return (yield from _complete(store, event, outcome, changes))


def _settle_order(store: Store, event: IncomingEvent, again: bool) -> Flow[Outcome]:
    """Read the object of an event whose order is unknown, and apply the event by it."""
    assert event.kind is not None
    as_of = max(store.now(), event.timestamp)
    try:
        item = yield from read_one(event.kind, {**read_columns(event.kind, event.item), "id": event.id})
    except Unreadable:
        start = partial(_apply, store, event, again, can_read=False)
    else:
        start = partial(_settle, store, event, again, item, as_of)
    outcome: Outcome = yield Transaction(start)
    return outcome


def _settle(store: Store, event: IncomingEvent, again: bool, item: dict[str, Any] | None, as_of: int) -> Flow[Outcome]:
    """Apply an event whose order was unknown, by the object that was read; None if Clerk no longer has it."""
    assert event.kind is not None
    assert event.id is not None
    if not (yield from _receive(store, event, again)):
        return _outcome(event, "duplicate", "the message was applied before")
    changes = yield from _write_nested(store, event)
    if item is None:
        changes += yield from bury(store, event.kind, event.id, as_of, None, event.envelope)
        outcome = _outcome(event, "applied", "Clerk no longer has the object")
        return (yield from _complete(store, event, outcome, changes))
    rank = event.kind.ranks.get(str(item.get("status")), 0)
    version = build_version(item.get("updated_at"), as_of, rank, Source.SETTLED)
    (written,) = yield from write(store, event.kind, [Received(event.id, item, version)], event.envelope)
    changes += [written.change] if written.change else []
    outcome = _outcome(event, *_OUTCOMES[written.decision])
    return (yield from _complete(store, event, outcome, changes))


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
        version = build_version(item.get("updated_at"), event.timestamp, source=Source.NESTED)
        (written,) = yield from write(store, kind, [Received(item["id"], item, version)], event.envelope)
        changes += [written.change] if written.change else []
    return changes


def _complete(store: Store, event: IncomingEvent, outcome: Outcome, changes: list[Change]) -> Flow[Outcome]:
    yield from store.announce(changes)
    if outcome.name != "applied":
        stored = {"message": event.message_id, "outcome": outcome.name, "reason": outcome.reason}
        yield Query(store.statements.record_outcome, stored)
    return outcome


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
