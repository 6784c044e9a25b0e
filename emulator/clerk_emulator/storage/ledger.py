"""The ledger of events: an append-only table, in the order in which the events happened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from clerk_emulator.json_types import Json, to_json
from clerk_emulator.storage.store import SCHEMA, Store

SCHEMA["event"] = """CREATE TABLE event (number INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL,
timestamp BIGINT NOT NULL, client_ip TEXT NOT NULL, user_agent TEXT NOT NULL, data TEXT NOT NULL);"""

_INSERT = """INSERT INTO event (id, type, timestamp, client_ip, user_agent, data)
VALUES (?, ?, ?, ?, ?, ?)"""
_SELECT = "SELECT number, id, type, timestamp, client_ip, user_agent, data FROM event"
_AFTER = f"{_SELECT} WHERE number > :number ORDER BY number LIMIT :limit"
_BY_NUMBER = f"{_SELECT} WHERE number = :number"
_LAST = "SELECT coalesce(max(number), 0) FROM event"


@dataclass(frozen=True)
class LedgerEntry:
    """A recorded event."""

    number: int
    """The position in the ledger, from 1."""
    id: str
    """The id of the message (`msg_...`), which all deliveries of the event have."""
    type: str
    timestamp: int
    client_ip: str
    user_agent: str
    data: str
    """The JSON text of the event's data, as it was when the event happened."""


def append(store: Store, event_type: str, data: Json) -> None:
    """Append an event, caused by what the open transaction runs for."""
    cause = store.cause
    timestamp = store.clock.now() if cause.at is None else cause.at
    event_id = store.ids.new("msg")
    store.execute(_INSERT, event_id, event_type, timestamp, cause.client_ip, cause.user_agent, to_json(data))
    store.notify_after_commit()


def read_after(store: Store, number: int = 0, limit: int = -1) -> list[LedgerEntry]:
    """Return the events that follow a position, in order; at most `limit` unless it is negative."""
    return [LedgerEntry(*row) for row in store.select(_AFTER, number=number, limit=limit)]


def search(
    store: Store,
    *,
    types: Collection[str] = (),
    text: str = "",
    before: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[LedgerEntry]:
    """Return the events of these types, by default all, whose JSON text contains `text`; the newest first.

    They are the last ones, those before a position, or the next ones after a position.
    """
    condition, order = ("number > :position", "") if after is not None else ("number < :position", "DESC")
    position = after if after is not None else before if before is not None else last_number(store) + 1
    wanted = [condition]
    if types:
        wanted.append("type IN (SELECT value FROM json_each(:types))")
    if text:
        wanted.append("instr(data, :text) > 0")
    found = store.select(
        f"{_SELECT} WHERE {' AND '.join(wanted)} ORDER BY number {order} LIMIT :limit",
        position=position,
        types=to_json(list(types)),
        text=text,
        limit=limit,
    )
    entries = [LedgerEntry(*row) for row in found]
    return entries[::-1] if after is not None else entries


def get(store: Store, number: int) -> LedgerEntry:
    """Return the event at a position. Raises LookupError if there is none."""
    row = store.select(_BY_NUMBER, number=number).fetchone()
    if row is None:
        raise LookupError(f"number: the ledger has no event {number}")
    return LedgerEntry(*row)


def last_number(store: Store) -> int:
    """Return the position of the last event; 0 if there is none."""
    number: int = store.select(_LAST).fetchone()[0]
    return number
