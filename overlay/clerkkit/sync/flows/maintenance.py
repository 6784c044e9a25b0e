"""Applies events of the inbox again, hands out the outbox, and removes what is no longer needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

import sqlalchemy as sa

from clerkkit.sync.flows.apply import apply_event
from clerkkit.sync.flows.incoming import load_body, read_incoming
from clerkkit.sync.flows.steps import Call, Flow, Query, Row, Transaction
from clerkkit.sync.flows.store import Store

_CHUNK = 100
_DAY = 86_400_000


class Replayed(NamedTuple):
    """The result of a replay."""

    outcomes: dict[str, int]
    """The number of events by what was done with them."""
    failures: dict[str, str]
    """Message id -> error, of the events that failed again."""


class OutboxEntry(NamedTuple):
    """A change that was committed."""

    number: int
    kind: str
    id: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    created_at: int


def replay(store: Store, *, failed: bool, can_read: bool) -> Flow[Replayed]:
    """Apply the events of the inbox again, the oldest first: those that failed, or all."""
    outcomes: Counter[str] = Counter()
    failures: dict[str, str] = {}
    last: tuple[int, str] = (-1, "")
    while rows := (yield Transaction(partial(_messages_after, store, last, failed))):
        for row in rows:
            last = (row["timestamp"], row["message_id"])
            try:
                event = read_incoming(load_body(row["body"]), row["message_id"], store.now(), row["body"])
                outcome = yield from apply_event(store, event, can_read=can_read, again=True)
            except Exception as error:  # the other events follow
                failures[row["message_id"]] = f"{type(error).__name__}: {error}"
            else:
                outcomes[outcome.name] += 1
    return Replayed(dict(outcomes), failures)


def _messages_after(store: Store, last: tuple[int, str], failed: bool) -> Flow[list[Row]]:
    inbox = store.tables.inbox
    timestamp, message_id = last
    after = sa.or_(
        inbox.c.timestamp > timestamp, sa.and_(inbox.c.timestamp == timestamp, inbox.c.message_id > message_id)
    )
    chosen = sa.select(inbox).where(after, inbox.c.body.is_not(None))
    if failed:
        chosen = chosen.where(inbox.c.outcome == "failed")
    found = yield Query(chosen.order_by(inbox.c.timestamp, inbox.c.message_id).limit(_CHUNK))
    rows: list[Row] = found.rows
    return rows


def deliver_outbox(store: Store, handler: Callable[[Any, OutboxEntry], Any], limit: int) -> Flow[int]:
    """Call a function for the oldest changes of the outbox, and remove them. Returns their number."""
    delivered: int = yield Transaction(partial(_deliver, store, handler, limit))
    return delivered


def _deliver(store: Store, handler: Callable[[Any, OutboxEntry], Any], limit: int) -> Flow[int]:
    outbox = store.tables.outbox
    oldest = sa.select(outbox).order_by(outbox.c.number).limit(limit).with_for_update(skip_locked=True)
    found = yield Query(oldest)
    for row in found.rows:
        yield Call(handler, (OutboxEntry(*row.values()),))
    if found.rows:
        yield Query(sa.delete(outbox).where(outbox.c.number.in_([row["number"] for row in found.rows])))
    return len(found.rows)


def prune(store: Store, days: float) -> Flow[int]:
    """Remove the messages that were applied more than some days ago. Returns their number."""
    removed: int = yield Transaction(partial(_prune, store, store.now() - int(days * _DAY)))
    return removed


def _prune(store: Store, before: int) -> Flow[int]:
    inbox = store.tables.inbox
    found = yield Query(sa.delete(inbox).where(inbox.c.received_at < before, inbox.c.outcome != "failed"))
    return int(found.affected)
