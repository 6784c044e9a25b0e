"""The SQL of the copy. Each statement is built once, so that SQLAlchemy compiles it once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import Executable

from clerk_core import InvalidArgument
from clerkkit.sync.schema.kinds import KINDS, Kind
from clerkkit.sync.schema.tables import ClerkTables

T = TypeVar("T")

SUPPORTED = ("postgresql", "sqlite")
_CLOSING = "closing"
"""The lock that the deletion of a parent takes alone, and that writers of its children share."""


class Statements:
    """The statements for the tables of a copy, in the dialect of a database.

    Raises:
        InvalidArgument: the database is neither PostgreSQL nor SQLite.
    """

    def __init__(self, tables: ClerkTables, dialect: str) -> None:
        if dialect not in SUPPORTED:
            raise InvalidArgument("engine", f"expected an engine of {' or '.join(SUPPORTED)}, got {dialect}")
        self.tables = tables
        self.locks_rows = dialect == "postgresql"  # SQLite has one writer at a time
        self._insert: Callable[[sa.Table], Any] = postgresql.insert if self.locks_rows else sqlite.insert
        self._built: dict[tuple[str, str], Any] = {}

    def _once(self, purpose: str, kind: Kind, build: Callable[[sa.Table], T]) -> T:
        key = (purpose, kind.name)
        if key not in self._built:
            self._built[key] = build(self.tables[kind.name])
        found: T = self._built[key]
        return found

    def upsert(self, kind: Kind) -> Executable:
        """Insert or update a row if its version is newer and the stored row is not a tombstone. Returns written ids."""
        return self._once("upsert", kind, self._build_upsert)

    def settle(self, kind: Kind) -> Executable:
        """Do what `upsert` does, also for a row of the same version."""
        return self._once("settle", kind, lambda table: self._build_upsert(table, also_equal=True))

    def _build_upsert(self, table: sa.Table, *, also_equal: bool = False) -> Executable:
        insert = self._insert(table)
        newer = insert.excluded.version >= table.c.version if also_equal else insert.excluded.version > table.c.version
        values = {column.name: insert.excluded[column.name] for column in table.c if column.name != "id"}
        built: Executable = insert.on_conflict_do_update(
            index_elements=["id"], set_=values, where=sa.and_(table.c.deleted_at.is_(None), newer)
        ).returning(table.c.id)
        return built

    def replace(self, kind: Kind) -> Executable:
        """Insert or replace a row that is part of another one, whose row is locked."""

        def build(table: sa.Table) -> Executable:
            insert = self._insert(table)
            values = {column.name: insert.excluded[column.name] for column in table.c if column.name != "id"}
            built: Executable = insert.on_conflict_do_update(index_elements=["id"], set_=values)
            return built

        return self._once("replace", kind, build)

    def find(self, kind: Kind) -> Executable:
        """Select the rows with the ids in the list `ids`."""
        return self._once(
            "find", kind, lambda table: sa.select(table).where(table.c.id.in_(sa.bindparam("ids", expanding=True)))
        )

    def find_one(self, kind: Kind) -> Executable:
        """Select the row with the id `row_id`."""
        return self._once("find one", kind, lambda table: sa.select(table).where(table.c.id == sa.bindparam("row_id")))

    def tombstones(self, kind: Kind) -> Executable:
        """Select id and `deleted_at` of the deleted rows among the list `ids`."""
        return self._once(
            "tombstones",
            kind,
            lambda table: sa.select(table.c.id, table.c.deleted_at).where(
                table.c.id.in_(sa.bindparam("ids", expanding=True)), table.c.deleted_at.is_not(None)
            ),
        )

    def bury(self, kind: Kind) -> Executable:
        """Mark a row as deleted, or insert a row without data that is. Returns the id if it was not deleted before."""

        def build(table: sa.Table) -> Executable:
            insert = self._insert(table)
            built: Executable = insert.on_conflict_do_update(
                index_elements=["id"],
                set_={"deleted_at": insert.excluded.deleted_at, "synced_at": insert.excluded.synced_at},
                where=table.c.deleted_at.is_(None),
            ).returning(table.c.id)
            return built

        return self._once("bury", kind, build)

    def live_children(self, kind: Kind, column: str) -> Executable:
        """Select the rows of the parent `parent` that are not deleted, in the order in which writers lock them."""

        def build(table: sa.Table) -> Executable:
            found = sa.select(table).where(table.c[column] == sa.bindparam("parent"), table.c.deleted_at.is_(None))
            return found.order_by(table.c.id).with_for_update()

        return self._once(f"live children by {column}", kind, build)

    def close(self, kind: Kind) -> Executable:
        """Mark the rows with the ids in the list `ids` as deleted at `at`."""
        return self._once(
            "close",
            kind,
            lambda table: (
                sa.update(table)
                .where(table.c.id.in_(sa.bindparam("ids", expanding=True)), table.c.deleted_at.is_(None))
                .values(deleted_at=sa.bindparam("at"), synced_at=sa.bindparam("now"))
            ),
        )

    def close_parts(self, kind: Kind) -> Executable:
        """Mark the parts of the user `parent` as deleted at `at`."""
        return self._once(
            "close parts",
            kind,
            lambda table: (
                sa.update(table)
                .where(table.c.user_id == sa.bindparam("parent"), table.c.deleted_at.is_(None))
                .values(deleted_at=sa.bindparam("at"), synced_at=sa.bindparam("now"))
            ),
        )

    def remove_parts(self, kind: Kind) -> Executable:
        """Delete the parts of the user `parent` whose ids are not in the list `kept`."""
        return self._once(
            "remove parts",
            kind,
            lambda table: sa.delete(table).where(
                table.c.user_id == sa.bindparam("parent"), table.c.id.not_in(sa.bindparam("kept", expanding=True))
            ),
        )

    @cached_property
    def receive(self) -> Executable:
        """Insert a message into the inbox, or claim one that failed. Returns its id if it is to be applied."""
        inbox = self.tables.inbox
        insert = self._insert(inbox)
        built: Executable = insert.on_conflict_do_update(
            index_elements=["message_id"],
            set_={
                "attempts": inbox.c.attempts + 1,
                "received_at": insert.excluded.received_at,
                "outcome": insert.excluded.outcome,
                "reason": insert.excluded.reason,
            },
            where=sa.or_(inbox.c.outcome == "failed", sa.bindparam("again", type_=sa.Boolean())),
        ).returning(inbox.c.message_id)
        return built

    @cached_property
    def record_outcome(self) -> Executable:
        """Store the outcome of the message `message`."""
        inbox = self.tables.inbox
        return (
            sa.update(inbox)
            .where(inbox.c.message_id == sa.bindparam("message"))
            .values(outcome=sa.bindparam("outcome"), reason=sa.bindparam("reason"))
        )

    @cached_property
    def record_failure(self) -> Executable:
        """Insert a message that failed, or count one more failure."""
        inbox = self.tables.inbox
        insert = self._insert(inbox)
        built: Executable = insert.on_conflict_do_update(
            index_elements=["message_id"],
            set_={
                "attempts": inbox.c.attempts + 1,
                "received_at": insert.excluded.received_at,
                "outcome": insert.excluded.outcome,
                "reason": insert.excluded.reason,
            },
            where=inbox.c.outcome == "failed",
        )
        return built

    @cached_property
    def save_progress(self) -> Executable:
        """Insert or replace the checkpoint of a task for a kind."""
        progress = self.tables.progress
        insert = self._insert(progress)
        values = {column.name: insert.excluded[column.name] for column in progress.c if column.name != "name"}
        built: Executable = insert.on_conflict_do_update(index_elements=["name"], set_=values)
        return built

    def lock(self, ids: Sequence[str], *, children: bool, parent: bool) -> tuple[Executable, dict[str, int]] | None:
        """Return the statement, with its parameters, that locks ids until the end of the transaction; None on SQLite.

        `before` is then what the change replaces.

        A deletion of a parent excludes writers of children: otherwise neither would see the row of the other, and the
        child of a deleted parent would remain. Locks are taken in the order of their keys, to avoid deadlocks.
        """
        if not self.locks_rows:
            return None
        keys = sorted({self._key(one) for one in ids})
        closing = "alone" if parent else "shared" if children else ""
        if not keys and not closing:
            return None
        name = ("lock", f"{closing} {len(keys)}")
        if name not in self._built:
            self._built[name] = _build_lock(closing, len(keys))
        parameters = {f"key_{index}": key for index, key in enumerate(keys)}
        return self._built[name], {**parameters, **({"closing": self._key(_CLOSING)} if closing else {})}

    def _key(self, name: str) -> int:
        scope = f"{self.tables.schema}.{self.tables.prefix}{name}"
        return int.from_bytes(hashlib.blake2b(scope.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)


def _build_lock(closing: str, count: int) -> Executable:
    def key(name: str) -> sa.BindParameter[int]:
        return sa.bindparam(name, type_=sa.BigInteger())

    alone, shared = sa.func.pg_advisory_xact_lock, sa.func.pg_advisory_xact_lock_shared
    calls = [(alone if closing == "alone" else shared)(key("closing"))] if closing else []
    calls += [alone(key(f"key_{index}")) for index in range(count)]
    return sa.select(*(call.label(f"lock_{index}") for index, call in enumerate(calls)))


def child_kinds(kind: Kind) -> list[tuple[Kind, str]]:
    """Return the kinds that are deleted with an object of this kind, and their column with its id."""
    return [(one, column) for one in KINDS.values() for column, parent in one.parents.items() if parent == kind.name]
