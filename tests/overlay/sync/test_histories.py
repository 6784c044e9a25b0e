"""Random histories, delivered in any order, doubled, late and partly lost, to workers that are killed.

`make sync-histories HISTORIES=2000` runs many of them.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.sync import Sync
from tests.overlay.sync.databases import SYNC_DRIVERS, empty, url_of
from tests.overlay.sync.deliveries import PLANS, Plan, Upserter, Worker, arrange, deliver
from tests.overlay.sync.expectations import find_differences, read_lists, read_tables
from tests.overlay.sync.histories import ACTS, Act, Json, make_history
from tests.overlay.sync.samples import NOW, deleted, event, membership, organization, user

HISTORIES = int(os.environ.get("CLERKKIT_SYNC_HISTORIES", "12"))
numbers = st.integers(0, 7)
acts = st.lists(st.tuples(st.sampled_from([*ACTS]), numbers, numbers), max_size=30)


class Stage:
    """An emulator, an empty copy of it, and eight workers."""

    def __init__(self, emulator: Emulator, clerk: Clerk, url: str) -> None:
        self.emulator = emulator
        self.clerk = clerk
        self.engine = empty(url)
        self.sync = Sync(self.engine, clerk, clock=emulator.clock.time)
        self.workers = [Worker(url, emulator.secret_key, emulator.url) for _ in range(8)]

    def clear(self) -> None:
        """Empty the tables."""
        with self.engine.begin() as connection:
            for table in self.sync.tables.all:
                connection.execute(sa.delete(table))

    def run(self, history: list[Act], plan: Plan, rng: random.Random, workers: int, frozen: bool, kills: bool) -> None:
        """Check that the tables equal the lists after a history was delivered; after losses, once reconciled."""
        messages = make_history(self.emulator, self.clerk, history, frozen=frozen)
        self.clear()
        ahead = self.emulator.clock.time() - time.time()
        deliver(arrange(messages, plan, rng), self.workers[:workers], rng, ahead, kills=kills)
        if plan.lossy:
            self.sync.reconcile(dry_run=False, max_deletions=1)
            assert self.sync.reconcile(max_deletions=1).is_equal
        rows = read_tables(self.engine, self.sync.tables)
        assert find_differences(rows, read_lists(self.clerk), exact=plan.lossy) == []


@pytest.fixture(scope="module", params=SYNC_DRIVERS)
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    url = url_of(request.param, tmp_path_factory.mktemp("copy"))
    with Emulator() as emulator, Clerk(emulator.secret_key, base_url=emulator.url) as clerk:
        stage = Stage(emulator, clerk, url)
        yield stage
        for worker in stage.workers:
            worker.stop()
        stage.engine.dispose()


@given(
    history=acts,
    plan=st.sampled_from(PLANS),
    # Not `st.randoms`: how many values a delivery draws depends on when its workers die.
    seed=st.integers(0, 2**32 - 1),
    workers=st.sampled_from([2, 8]),
    frozen=st.booleans(),
    kills=st.booleans(),
)
@settings(max_examples=HISTORIES, suppress_health_check=[HealthCheck.too_slow], deadline=None, database=None)
def test_tables_equal_the_lists_whatever_happens_to_the_events(
    stage: Stage, history: list[Act], plan: Plan, seed: int, workers: int, frozen: bool, kills: bool
) -> None:
    stage.run(history, plan, random.Random(seed), workers, frozen, kills)


def test_canceled_item_that_is_resumed_in_the_same_millisecond_is_active(stage: Stage) -> None:
    history = [("check out", 0, 0), ("check out", 0, 1), ("check out", 0, 0)]
    stage.run(history, PLANS[0], random.Random(0), workers=2, frozen=True, kills=False)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_each_way_of_delivery_ends_right(stage: Stage, plan: Plan) -> None:
    rng = random.Random(plan.name)
    history = [(name, rng.randrange(8), rng.randrange(8)) for name in [*ACTS, *ACTS]]
    stage.run(history, plan, rng, workers=8, frozen=False, kills=True)


def test_killed_workers_leave_nothing_half_done(stage: Stage) -> None:
    """Every statement of an event is the one at which a worker dies."""
    messages = make_history(stage.emulator, stage.clerk, [("add member", 0, 1)], frozen=False)
    killed = 0
    for kill_at in range(1, 12):
        stage.clear()
        stage.workers[0].send(messages, kill_at, 0)
        done = stage.workers[0].acknowledged()
        killed += len(done) < len(messages)
        with stage.engine.begin() as connection:
            inbox = {*connection.execute(sa.select(stage.sync.tables.inbox.c.message_id)).scalars()}
        assert inbox == done
        stage.workers[0].send([message for message in messages if message.id not in done], 0, 0)
        stage.workers[0].acknowledged()
        rows = read_tables(stage.engine, stage.sync.tables)
        assert find_differences(rows, read_lists(stage.clerk), exact=False) == []
    assert killed == 11


def deletion_stream(name: str) -> list[Json]:
    """Return a user who joins an organization, changes and leaves, and is deleted."""
    user_id, member = f"user_{name}", f"orgmem_{name}"
    return [
        event("user.created", user(user_id, NOW)),
        event("user.updated", user(user_id, NOW + 5, first_name="New")),
        event("organizationMembership.created", membership(member, NOW + 10, user_id, f"org_{name}")),
        event("organizationMembership.updated", membership(member, NOW + 20, user_id, f"org_{name}", role="org:admin")),
        event("organizationMembership.deleted", membership(member, NOW + 20, user_id, f"org_{name}"), NOW + 40),
        event("user.deleted", deleted("user", user_id), NOW + 50),
    ]


def change_stream(name: str) -> list[Json]:
    """Return changes with equal and with different times."""
    user_id, organization_id = f"user_{name}", f"org_{name}"
    return [
        event("user.created", user(user_id, NOW), NOW + 1),
        event("user.updated", user(user_id, NOW, first_name="Later"), NOW + 2),
        event("user.updated", user(user_id, NOW + 1, email_addresses=[]), NOW + 3),
        event("organization.created", organization(organization_id, NOW)),
        event("organization.updated", organization(organization_id, NOW + 1, name="New")),
        event("organizationMembership.created", membership(f"orgmem_{name}", NOW, user_id, organization_id)),
    ]


def apply_all_orders(driver: str, folder: Path, stream: Callable[[str], list[Json]]) -> dict[str, list[Json]]:
    """Apply a stream of six events in each order, to objects of its own, and return the rows of each order."""
    engine = sa.create_engine("sqlite://") if driver == "sqlite" else empty(url_of(driver, folder))
    sync = Sync(engine)
    sync.create_all()
    for number, order in enumerate(itertools.permutations(range(6))):
        events = stream(f"x{number}")
        for index in order:
            sync.apply(events[index], f"msg_{number}_{index}")
    found: dict[str, list[Json]] = {}
    with engine.begin() as connection:
        for table in sync.tables.kinds.values():
            for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings():
                found.setdefault(row["id"].rpartition("_")[2], []).append(dict(row))
    engine.dispose()
    assert len(found) == 720
    return found


@pytest.mark.parametrize("driver", SYNC_DRIVERS)
def test_every_order_of_changes_ends_with_the_newest(driver: str, tmp_path: Path) -> None:
    found = apply_all_orders(driver, tmp_path, change_stream)
    states = {repr([{**row, "synced_at": 0} for row in rows]).replace(number, "x") for number, rows in found.items()}
    assert len(states) == 1
    for organization_row, user_row, member_row in found.values():  # the user has no address any more
        assert (organization_row["name"], user_row["first_name"]) == ("New", "Ada")
        assert member_row["deleted_at"] is None


@pytest.mark.parametrize("driver", SYNC_DRIVERS)
def test_every_order_of_deletions_leaves_tombstones(driver: str, tmp_path: Path) -> None:
    for rows in apply_all_orders(driver, tmp_path, deletion_stream).values():
        alive = [row["id"] for row in rows if row["deleted_at"] is None]
        assert len(alive) == 1
        assert alive[0].startswith("org_")  # nested in the memberships
        assert len(rows) in (3, 4)  # with or without the address


def test_upsert_by_id_ends_wrong() -> None:
    """The handler that guides show, for comparison: docs/sync.md has the numbers for random histories."""
    events = deletion_stream("1")
    for order, is_right in [((0, 1, 2, 3, 4, 5), True), ((0, 1, 2, 4, 3, 5), False), ((5, 0, 1, 2, 3, 4), False)]:
        upserter = Upserter()
        for index in order:
            upserter.apply(events[index])
        assert (upserter.rows == {"users": {}, "memberships": {}}) is is_right
