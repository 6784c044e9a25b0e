"""The tables in the caller's own metadata, the outbox, and the inbox."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from clerkkit import InvalidArgument
from clerkkit.sync import Sync, tables
from clerkkit.sync.schema.kinds import KINDS, PARTS
from tests.overlay.sync.databases import SYNC_DRIVERS, Copy, url_of
from tests.overlay.sync.samples import NOW, deleted, event, membership, message_id, user


@pytest.mark.parametrize("driver", SYNC_DRIVERS)
def test_tables_are_part_of_own_metadata(driver: str, tmp_path: Path) -> None:
    metadata = sa.MetaData()
    mine = tables(metadata, prefix="own_")
    notes = sa.Table("own_notes", metadata, sa.Column("author_id", sa.ForeignKey(mine.users.c.id)))
    engine = sa.create_engine(url_of(driver, tmp_path))
    metadata.create_all(engine)
    try:
        with engine.connect() as connection:
            # The server has tables of other tests.
            ours = {"include_object": lambda entry, name, kind, *_: kind != "table" or name.startswith("own_")}
            assert compare_metadata(MigrationContext.configure(connection, opts=ours), metadata) == []
        sync = Sync(engine, tables=mine)
        sync.apply(event("user.created", user()))
        with engine.begin() as connection:
            connection.execute(sa.insert(notes).values(author_id="user_1"))
        sync.apply(event("user.deleted", deleted("user", "user_1"), NOW + 9))
        assert sync.status().rows["users"] == (0, 1)
    finally:
        metadata.drop_all(engine)
        engine.dispose()


def test_tables_have_a_schema() -> None:
    mine = tables(sa.MetaData(), schema="clerk", prefix="")
    assert mine.users.fullname == "clerk.users"
    assert {table.schema for table in mine.all} == {"clerk"}
    with pytest.raises(AttributeError):
        _ = mine.planets


def test_two_copies_do_not_share_tables(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'copy.db'}")
    copies = [Sync(engine, tables=tables(sa.MetaData(), prefix=prefix)) for prefix in ("a_", "b_")]
    for copy in copies:
        copy.create_all()
    copies[0].apply(event("user.created", user()))
    assert [copy.status().rows["users"].live for copy in copies] == [1, 0]
    engine.dispose()


def test_every_kind_of_event_has_a_table() -> None:
    groups = {"user", "organization", "organizationMembership", "organizationInvitation", "organizationDomain"}
    groups |= {"role", "permission", "waitlistEntry", "subscription", "subscriptionItem", "paymentAttempt"}
    assert {kind.event for kind in KINDS.values()} - {""} == groups
    assert all("user_id" in [column.name for column in part.columns] for part in PARTS)


def test_outbox_has_committed_changes(create_copy: Callable[..., Copy]) -> None:
    copy = create_copy(outbox=True)
    copy.apply(event("user.created", user()), message_id())
    copy.apply(event("organizationMembership.created", membership()), message_id())
    copy.apply(event("user.updated", user()), message_id())  # no change
    copy.apply(event("user.deleted", deleted("user", "user_1"), NOW + 9), message_id())
    seen: list[Any] = []
    assert copy.deliver_outbox(lambda connection, entry: seen.append(entry), 2) == 2

    def fail(connection: Any, entry: Any) -> None:
        raise RuntimeError("down")

    with pytest.raises(RuntimeError):
        copy.deliver_outbox(fail)
    assert copy.deliver_outbox(lambda connection, entry: seen.append(entry)) == 3
    assert copy.deliver_outbox(lambda connection, entry: seen.append(entry)) == 0
    assert [(one.kind, one.action) for one in seen] == [
        ("users", "created"),
        ("organizations", "created"),
        ("memberships", "created"),
        ("users", "deleted"),
        ("memberships", "deleted"),
    ]
    assert seen[3].before["raw"]["first_name"] == "Ada"
    assert seen[3].after["deleted_at"] == NOW + 9


def test_old_messages_are_pruned_but_not_those_that_failed(create_copy: Callable[..., Copy]) -> None:
    copy = create_copy(clock=lambda: time.time() - 10 * 86_400)

    @copy.on_change("users")  # type: ignore[untyped-decorator]
    def fail(connection: Any, change: Any) -> None:
        raise RuntimeError("down")

    copy.apply(event("role.created", {"id": "role_1", "updated_at": NOW}), "msg_1")
    with pytest.raises(RuntimeError):
        copy.apply(event("user.created", user()), "msg_2")
    recent = copy.create()
    recent.apply(event("role.created", {"id": "role_2", "updated_at": NOW}), "msg_3")
    assert recent.prune(30) == 0
    assert recent.prune(9) == 1
    assert copy.inbox().keys() == {"msg_2", "msg_3"}


def test_async_handler_needs_an_async_sync(tmp_path: Path) -> None:
    sync = Sync(sa.create_engine("sqlite://"))
    sync.create_all()

    @sync.on_change("users")
    async def handler(connection: Any, change: Any) -> None:
        raise AssertionError

    with pytest.warns(RuntimeWarning, match="never awaited"), pytest.raises(TypeError, match="use AsyncSync"):
        sync.apply(event("user.created", user()))


def test_missing_sqlalchemy_is_named() -> None:
    code = "import sys; sys.modules['sqlalchemy'] = None; import clerkkit.sync"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'ImportError: clerkkit.sync needs SQLAlchemy: pip install "clerkkit[sync]"' in done.stderr


def test_importing_clerkkit_loads_no_database() -> None:
    code = "import sys, clerkkit, clerkkit.webhooks; from clerkkit import Clerk; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_columns_are_named_once() -> None:
    for kind in KINDS.values():
        names = [column.name for column in kind.columns]
        assert len(names) == len({*names, "id", "raw", "version", "deleted_at", "synced_at"}) - 5
    with pytest.raises(InvalidArgument):
        Sync(sa.create_engine("sqlite://")).on_change("raw")(print)
