"""Writes received objects into their tables: the rows, the parts of users, and what is deleted with a parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from clerkkit.sync.flows.changes import Change, action_of
from clerkkit.sync.flows.steps import Flow, Query, Row
from clerkkit.sync.flows.store import Store
from clerkkit.sync.schema.kinds import KINDS, PARTS, Kind
from clerkkit.sync.schema.rules import NEVER, Decision, Source, Version, build_version, decide
from clerkkit.sync.schema.statements import child_kinds
from clerkkit.sync.schema.values import find_parts, have_same_content, read_columns


class Received(NamedTuple):
    """A state of an object, as an event, a list or a request returned it."""

    id: str
    item: dict[str, Any]
    version: Version

    @classmethod
    def build(
        cls, kind: Kind, object_id: str, item: dict[str, Any], as_of: int, source: Source = Source.REPORTED
    ) -> Received:
        """Return the state that Clerk reported at a time."""
        rank = kind.ranks.get(str(item.get("status")), 0)
        return cls(object_id, item, build_version(item.get("updated_at"), as_of, rank, source))


class Written(NamedTuple):
    """What was done with a received state."""

    id: str
    decision: Decision
    change: Change | None
    stored: Row | None
    """The row before."""


def write(
    store: Store, kind: Kind, received: Sequence[Received], event: Mapping[str, Any] | None = None
) -> Flow[list[Written]]:
    """Write the states that are newer than their rows. The caller has locked the ids, and announces the changes."""
    states = {one.id: one for one in received}
    found = yield from store.find(kind, [*states])
    decisions = {state_id: _decide(kind, state, found.get(state_id)) for state_id, state in states.items()}
    # Sorted, so that concurrent writers lock rows in the same order.
    pending = sorted(i for i, made in decisions.items() if made in (Decision.WRITE, Decision.ADVANCE))
    rows = {one: _build_row(kind, states[one], found.get(one), store.now()) for one in pending}
    yield from _close_orphans(store, kind, rows)
    written = yield from _upsert(store, kind, [*rows.values()], [states[one].version.source for one in pending])
    yield from _write_parts(store, kind, [states[one] for one in pending if one in written], found)
    results: list[Written] = []
    for state_id, decision in decisions.items():
        before = found.get(state_id)
        if state_id in rows and state_id not in written:  # another transaction has written a newer state meanwhile
            decision = Decision.STALE
        change = None
        if decision is Decision.WRITE:
            after = rows[state_id]
            change = Change(kind.name, state_id, action_of(before, after), before, after, event)
        results.append(Written(state_id, decision, change, before))
    return results


def write_or_bury(
    store: Store,
    kind: Kind,
    object_id: str,
    item: dict[str, Any] | None,
    as_of: int,
    source: Source = Source.REPORTED,
) -> Flow[None]:
    """Write an object that was read, or bury it if Clerk no longer has it. This is a whole transaction."""
    yield from store.lock([object_id], children=bool(kind.parents), parent=item is None and not kind.parents)
    if item is None:
        changes = yield from bury(store, kind, object_id, as_of)
    else:
        written = yield from write(store, kind, [Received.build(kind, object_id, item, as_of, source)])
        changes = changes_of(written)
    yield from store.announce(changes)


def changes_of(written: Sequence[Written]) -> list[Change]:
    """Return the changes of the rows that were written."""
    return [one.change for one in written if one.change]


def compare(store: Store, kind: Kind, received: Sequence[Received]) -> Flow[list[Written]]:
    """Return what `write` would do, and write nothing."""
    found = yield from store.find(kind, [state.id for state in received])
    return [
        Written(state.id, _decide(kind, state, found.get(state.id)), None, found.get(state.id)) for state in received
    ]


def _decide(kind: Kind, state: Received, stored: Row | None) -> Decision:
    if stored is None:
        return Decision.WRITE
    raw = stored["raw"]
    return decide(
        state.version,
        Version.from_text(stored["version"]),
        is_deleted=stored["deleted_at"] is not None,
        same_content=bool(raw) and have_same_content(kind, raw, state.item),
    )


def _build_row(kind: Kind, state: Received, stored: Row | None, now: int) -> Row:
    """Return the row of a state. Columns whose keys the object does not have keep their values."""
    item = state.item
    if state.version.source is Source.NESTED and stored is not None and stored["raw"] is not None:
        item = {**stored["raw"], **item}  # Clerk does not say whether nested objects have all keys
    values = read_columns(kind, item)
    columns = {
        column.name: values[column.name] if column.name in values else stored and stored[column.name]
        for column in kind.columns
    }
    return {
        "id": state.id,
        **columns,
        "raw": item,
        "version": state.version.to_text(),
        "deleted_at": None,
        "synced_at": now,
    }


def _close_orphans(store: Store, kind: Kind, rows: Mapping[str, Row]) -> Flow[None]:
    """Mark rows as deleted whose parent was deleted: their own events can arrive later."""
    for column, parent in kind.parents.items():
        ids = {row[column] for row in rows.values()} - {None}
        if ids:
            found = yield Query(store.statements.tombstones(KINDS[parent]), {"ids": sorted(ids)})
            deleted = {row["id"]: row["deleted_at"] for row in found.rows}
            for row in rows.values():
                row["deleted_at"] = row["deleted_at"] or deleted.get(row[column])


def _upsert(store: Store, kind: Kind, rows: list[Row], sources: list[Source]) -> Flow[set[str]]:
    if not rows:
        return set()
    statement = store.statements.settle if Source.SETTLED in sources else store.statements.upsert
    found = yield Query(statement(kind), rows[0] if len(rows) == 1 else rows)
    return {row["id"] for row in found.rows}


def _write_parts(store: Store, kind: Kind, states: list[Received], stored: Mapping[str, Row]) -> Flow[None]:
    for part in PARTS:
        if part.part_of == kind.name:
            yield from _replace_parts(store, part, states, stored)


def _replace_parts(store: Store, part: Kind, states: list[Received], stored: Mapping[str, Row]) -> Flow[None]:
    """Replace the parts of objects. The rows of the objects are locked, so that the parts are not changed meanwhile."""
    rows: dict[str, Row] = {}
    for state in states:
        parts = find_parts(part, state.item)
        if parts is None:
            continue
        before = stored.get(state.id)
        known = {one["id"] for one in find_parts(part, before["raw"] or {}) or ()} if before else set[str]()
        kept = {one["id"] for one in parts}
        if before and (before["raw"] is None or known - kept):
            parameters = {"parent": state.id, "kept": sorted(kept)}
            yield Query(store.statements.remove_parts(part), parameters)
        for one in parts:
            owned = {**one, "user_id": state.id}
            row = _build_row(part, Received(one["id"], owned, state.version), None, store.now())
            rows[one["id"]] = {**row, "raw": one}
    if rows:
        ordered = [rows[one] for one in sorted(rows)]
        yield Query(store.statements.replace(part), ordered[0] if len(ordered) == 1 else ordered)


def bury(
    store: Store,
    kind: Kind,
    object_id: str,
    at: int,
    item: dict[str, Any] | None = None,
    event: Mapping[str, Any] | None = None,
) -> Flow[list[Change]]:
    """Turn a row into a tombstone, also for an id that was never seen, and delete what belongs to it.

    Returns the changes, and none if the row was a tombstone before. The caller has locked the id as that of a parent.
    """
    found = yield from store.find(kind, [object_id])
    stored = found.get(object_id)
    state = Received(object_id, item or {}, NEVER)
    fresh = {**_build_row(kind, state, None, store.now()), "raw": item, "deleted_at": at}
    buried = yield Query(store.statements.bury(kind), fresh)
    if not buried.rows:
        return []
    after = {**(stored or fresh), "deleted_at": at, "synced_at": store.now()}
    changes = [Change(kind.name, object_id, "deleted", stored, after, event)]
    for part in PARTS:
        if part.part_of == kind.name:
            closing = {"parent": object_id, "at": at, "now": store.now()}
            yield Query(store.statements.close_parts(part), closing)
    for child, column in child_kinds(kind):
        changes += yield from _close_children(store, child, column, object_id, at, event)
    return changes


def _close_children(
    store: Store, kind: Kind, column: str, parent: str, at: int, event: Mapping[str, Any] | None
) -> Flow[list[Change]]:
    found = yield Query(store.statements.live_children(kind, column), {"parent": parent})
    if not found.rows:
        return []
    closing = {"ids": [row["id"] for row in found.rows], "at": at, "now": store.now()}
    yield Query(store.statements.close(kind), closing)
    return [Change(kind.name, row["id"], "deleted", row, {**row, "deleted_at": at}, event) for row in found.rows]
