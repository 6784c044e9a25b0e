"""Copies all objects of the lists, page by page. Each page and its checkpoint are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa

from clerkkit.sync.flows.steps import Flow, Query, Row, Transaction
from clerkkit.sync.flows.store import Store
from clerkkit.sync.flows.walk import Page, Position, read_page
from clerkkit.sync.flows.write import Received, Written, changes_of, write
from clerkkit.sync.schema.kinds import KINDS, Kind

_TASK = "backfill"


class Progress(NamedTuple):
    """How far a backfill or reconcile is."""

    kind: str
    done: int
    """The objects of this kind that were read."""
    total: int | None
    """The number of objects in the list, if Clerk says it."""
    finished: bool


OnProgress = Callable[[Progress], object]


def backfill(
    store: Store, kinds: Sequence[str], page_size: int, on_progress: OnProgress, *, restart: bool
) -> Flow[dict[str, int]]:
    """Copy the lists of some kinds, from their checkpoints. Returns the number of objects that were read, by kind."""
    checkpoints: dict[str, Row] = yield Transaction(lambda: _begin(store, kinds, restart))
    counts: dict[str, int] = {}
    for name in kinds:
        checkpoint = checkpoints[name]
        done, position = int(checkpoint["rows"]), Position.load(checkpoint["position"])
        following: Position | None = None if checkpoint["finished_at"] else position
        while following is not None:
            as_of = store.now()
            page: Page = yield from read_page(KINDS[name], following, page_size)
            done += len(page.items) - page.repeated
            yield Transaction(partial(_write_checkpoint, store, checkpoint, page, done, as_of))
            on_progress(Progress(name, done, page.total, page.next is None))
            following = page.next
        counts[name] = done
    return counts


def _begin(store: Store, kinds: Sequence[str], restart: bool) -> Flow[dict[str, Row]]:
    """Return the checkpoints to continue from: those of an unfinished run, or new ones."""
    table = store.tables.progress
    found = yield Query(sa.select(table).where(table.c.task == _TASK))
    checkpoints: dict[str, Row] = {row["kind"]: row for row in found.rows if row["kind"] in kinds}
    begun = [one for one in checkpoints.values() if one["finished_at"] is None]
    is_new = restart or not begun
    for kind in kinds:
        if is_new or kind not in checkpoints:
            checkpoints[kind] = new_checkpoint(_TASK, kind, store.now())
            yield Query(store.statements.save_progress, checkpoints[kind])
    return checkpoints


def new_checkpoint(task: str, kind: str, now: int) -> Row:
    """Return the checkpoint of a task that begins with a kind."""
    times = {"started_at": now, "updated_at": now, "finished_at": None}
    return {"name": f"{task} {kind}", "task": task, "kind": kind, "position": None, "rows": 0, **times}


def _write_checkpoint(store: Store, checkpoint: Row, page: Page, done: int, as_of: int) -> Flow[None]:
    # The checkpoint is first, so that SQLite locks the database before the rows are compared.
    now = store.now()
    position = page.next.dump() if page.next else None
    changed = {"rows": done, "position": position, "updated_at": now, "finished_at": None if page.next else now}
    yield Query(store.statements.save_progress, {**checkpoint, **changed})
    yield from write_page(store, KINDS[checkpoint["kind"]], page, as_of)


def write_page(store: Store, kind: Kind, page: Page, as_of: int) -> Flow[list[Written]]:
    """Write the objects of a page as of the time before its request, so that no later event is overwritten."""
    yield from store.lock([], children=bool(kind.parents))
    written = yield from write(store, kind, received_page(kind, page, as_of))
    yield from store.announce(changes_of(written))
    return written


def received_page(kind: Kind, page: Page, as_of: int) -> list[Received]:
    """Return the objects of a page with their versions."""
    return [Received.build(kind, item["id"], item, as_of) for item in page.items]
