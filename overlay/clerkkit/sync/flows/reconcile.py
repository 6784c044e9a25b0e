"""Compares the copy with the lists, and repairs it: the only way to find what a lost event said."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

import sqlalchemy as sa

from clerkkit.sync.flows.backfill import OnProgress, Progress, new_checkpoint, received_page, write_page
from clerkkit.sync.flows.reads import Unreadable, read_one
from clerkkit.sync.flows.steps import Flow, Query, Row, Transaction
from clerkkit.sync.flows.store import Store
from clerkkit.sync.flows.walk import Page, Position, read_page
from clerkkit.sync.flows.write import Written, compare, write_or_bury
from clerkkit.sync.schema.kinds import KINDS, Kind
from clerkkit.sync.schema.rules import Decision, Source, Version

_TASK = "reconcile"
_CHUNK = 1000
_ALWAYS_ALLOWED = 10
"""Deletions of a kind that are never too many, so that a small table can be reconciled."""

What = Literal["missing", "outdated", "deleted", "restored", "unverified"]


class Difference(NamedTuple):
    """A difference between the copy and Clerk."""

    kind: str
    id: str
    what: What
    """`missing`: the copy does not have the object. `outdated`: it has other content. `deleted`: Clerk no longer has
    the object. `restored`: the copy has a tombstone of an object that Clerk lists, and keeps it, because a deletion is
    final. `unverified`: Clerk does not list the object, and too little is known to ask for it."""


class Report(NamedTuple):
    """The result of a reconcile."""

    differences: list[Difference]
    checked: dict[str, int]
    """The number of objects in Clerk's lists, by kind."""
    held_back: dict[str, int]
    """The number of objects that Clerk does not list, of the kinds where they are too many to be deleted."""
    dry_run: bool

    @property
    def is_equal(self) -> bool:
        """Whether the copy equals the lists."""
        return not self.differences and not self.held_back


class ReconcileOptions(NamedTuple):
    """The arguments of `reconcile`."""

    page_size: int
    dry_run: bool
    max_deletions: float
    """The share of the rows of a kind that may be deleted."""


def reconcile(store: Store, kinds: Sequence[str], options: ReconcileOptions, on_progress: OnProgress) -> Flow[Report]:
    """Walk over the lists of some kinds and report each difference; without `dry_run` repair it."""
    report = Report([], {}, {}, options.dry_run)
    for name in kinds:
        kind = KINDS[name]
        started = store.now()
        listed: set[str] = set()
        position: Position | None = Position()
        while position is not None:
            as_of = store.now()
            page: Page = yield from read_page(kind, position, options.page_size)
            written = yield Transaction(partial(_check_page, store, kind, page, as_of, options.dry_run))
            listed.update(item["id"] for item in page.items)
            yield from _report_page(store, kind, written, as_of, report)
            on_progress(Progress(name, len(listed), page.total, page.next is None))
            position = page.next
        report.checked[name] = len(listed)
        yield from _check_unlisted(store, kind, listed, options, report)
        if not options.dry_run:
            yield Transaction(partial(_record, store, name, len(listed), started))
    return report


def _check_page(store: Store, kind: Kind, page: Page, as_of: int, dry_run: bool) -> Flow[list[Written]]:
    if dry_run:
        return (yield from compare(store, kind, received_page(kind, page, as_of)))
    return (yield from write_page(store, kind, page, as_of))


def _report_page(store: Store, kind: Kind, written: list[Written], as_of: int, report: Report) -> Flow[None]:
    for one in written:
        what: What | None = None
        if one.decision is Decision.WRITE:
            what = "outdated" if one.stored else "missing"
        elif one.decision is Decision.TOMBSTONED and one.stored and one.stored["deleted_at"] < as_of:
            what = "restored"
        elif one.decision is Decision.UNKNOWN:
            what = "outdated"
            if not report.dry_run:
                yield from _settle(store, kind, one)
        if what:
            report.differences.append(Difference(kind.name, one.id, what))


def _settle(store: Store, kind: Kind, one: Written) -> Flow[None]:
    """Read an object again whose list row and last event have the same time."""
    assert one.stored is not None
    as_of = max(store.now(), Version.from_text(one.stored["version"]).as_of)
    with contextlib.suppress(Unreadable):
        item = yield from read_one(kind, one.stored)
        yield Transaction(partial(write_or_bury, store, kind, one.id, item, as_of, Source.SETTLED))


def _check_unlisted(
    store: Store, kind: Kind, listed: set[str], options: ReconcileOptions, report: Report
) -> Flow[None]:
    """Ask Clerk for each object that is in the copy and not in the list, and turn it into a tombstone if it is gone."""
    unlisted: list[str] = []
    live = 0
    last = ""
    while rows := (yield Transaction(partial(_live_after, store, kind, last))):
        live += len(rows)
        unlisted += [row["id"] for row in rows if row["id"] not in listed]
        last = rows[-1]["id"]
    if len(unlisted) > max(_ALWAYS_ALLOWED, options.max_deletions * live):
        report.held_back[kind.name] = len(unlisted)
        return
    for start in range(0, len(unlisted), _CHUNK):
        ids = unlisted[start : start + _CHUNK]
        found: dict[str, Row] = yield Transaction(partial(store.find, kind, ids))
        for row in found.values():
            what = yield from _check_one(store, kind, row, options.dry_run)
            if what:
                report.differences.append(Difference(kind.name, row["id"], what))


def _check_one(store: Store, kind: Kind, row: Row, dry_run: bool) -> Flow[What | None]:
    as_of = store.now()
    try:
        item = yield from read_one(kind, row)
    except Unreadable:
        return "unverified"
    if not dry_run:
        yield Transaction(partial(write_or_bury, store, kind, row["id"], item, as_of))
    return "deleted" if item is None else None


def _live_after(store: Store, kind: Kind, last: str) -> Flow[list[Row]]:
    table = store.tables[kind.name]
    live = sa.select(table.c.id).where(table.c.id > last, table.c.deleted_at.is_(None))
    found = yield Query(live.order_by(table.c.id).limit(_CHUNK))
    rows: list[Row] = found.rows
    return rows


def _record(store: Store, kind: str, rows: int, started: int) -> Flow[None]:
    now = store.now()
    done = {"rows": rows, "updated_at": now, "finished_at": now}
    yield Query(store.statements.save_progress, {**new_checkpoint(_TASK, kind, started), **done})
