"""The tables, as SQLAlchemy's `Table`s in the caller's `MetaData`."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from clerkkit.sync.schema.kinds import KINDS, ColumnType, Kind
from clerkkit.sync.schema.values import ID_LENGTH

JSON_TYPE = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
_VERSION_TYPE = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")
_ID_TYPE = sa.String(ID_LENGTH)
_NUMBER_TYPE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # SQLite generates numbers for INTEGER only
_TYPES: dict[ColumnType, sa.types.TypeEngine[Any]] = {
    "id": _ID_TYPE,
    "text": sa.Text(),
    "time": sa.BigInteger(),
    "integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
}
OWN_COLUMNS = {
    "raw": "the whole object as Clerk sent it, with unknown keys; null if it was never received, or was forgotten",
    "version": "the position of this state among all states of the object; text that sorts",
    "deleted_at": "when Clerk deleted the object, in Unix milliseconds; null while it exists",
    "synced_at": "when this row was last written, in Unix milliseconds",
}
"""The columns that every table has besides `id` and those of its kind, and what they hold."""


class ClerkTables:
    """The tables of a copy. `clerk_tables.users` and `clerk_tables["users"]` are the table of the users."""

    def __init__(self, metadata: sa.MetaData, prefix: str, schema: str | None) -> None:
        self.metadata = metadata
        self.prefix = prefix
        self.schema = schema
        self.kinds = {kind.name: _build_kind_table(kind, metadata, prefix, schema) for kind in KINDS.values()}
        """The tables of Clerk's objects by the name of their kind."""
        self.inbox = _build_inbox(metadata, prefix, schema)
        self.outbox = _build_outbox(metadata, prefix, schema)
        self.progress = _build_progress(metadata, prefix, schema)

    def __getitem__(self, kind: str) -> sa.Table:
        return self.kinds[kind]

    def __getattr__(self, name: str) -> sa.Table:
        if name == "kinds" or name not in self.kinds:
            raise AttributeError(name)
        return self.kinds[name]

    @property
    def all(self) -> list[sa.Table]:
        """All tables, those for the work of the copy included."""
        return [*self.kinds.values(), self.inbox, self.outbox, self.progress]


def tables(metadata: sa.MetaData, prefix: str = "clerk_", schema: str | None = None) -> ClerkTables:
    """Declare the tables of a copy, so that `metadata.create_all(engine)` or alembic creates them.

    They have no foreign keys, because an event can arrive before that of its parent. Your own tables may have foreign
    keys to them: see `docs/sync.md`.

    Args:
        metadata: Your own `MetaData`, or a new one.
        prefix: Begins the names of all tables.
        schema: The schema of the tables. Default: that of `metadata`.
    """
    return ClerkTables(metadata, prefix, schema)


def _build_kind_table(kind: Kind, metadata: sa.MetaData, prefix: str, schema: str | None) -> sa.Table:
    name = f"{prefix}{kind.name}"
    return sa.Table(
        name,
        metadata,
        sa.Column("id", _ID_TYPE, primary_key=True),
        *(sa.Column(column.name, _TYPES[column.type]) for column in kind.columns),
        sa.Column("raw", JSON_TYPE),
        sa.Column("version", _VERSION_TYPE, nullable=False),
        sa.Column("deleted_at", sa.BigInteger()),
        sa.Column("synced_at", sa.BigInteger(), nullable=False),
        *(sa.Index(f"ix_{name}_{column.name}", column.name) for column in kind.columns if column.indexed),
        schema=schema,
    )


def _build_inbox(metadata: sa.MetaData, prefix: str, schema: str | None) -> sa.Table:
    name = f"{prefix}inbox"
    return sa.Table(
        name,
        metadata,
        sa.Column("message_id", _ID_TYPE, primary_key=True),
        sa.Column("type", sa.String(ID_LENGTH), nullable=False),
        sa.Column("resource_id", _ID_TYPE),
        sa.Column("user_id", _ID_TYPE),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Index(f"ix_{name}_outcome", "outcome"),
        sa.Index(f"ix_{name}_user_id", "user_id"),
        sa.Index(f"ix_{name}_resource_id", "resource_id"),
        sa.Index(f"ix_{name}_received_at", "received_at"),
        schema=schema,
    )


def _build_outbox(metadata: sa.MetaData, prefix: str, schema: str | None) -> sa.Table:
    return sa.Table(
        f"{prefix}outbox",
        metadata,
        sa.Column("number", _NUMBER_TYPE, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("resource_id", _ID_TYPE, nullable=False),
        sa.Column("action", sa.String(20), nullable=False),
        sa.Column("before", JSON_TYPE),
        sa.Column("after", JSON_TYPE),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        schema=schema,
    )


def _build_progress(metadata: sa.MetaData, prefix: str, schema: str | None) -> sa.Table:
    return sa.Table(
        f"{prefix}progress",
        metadata,
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("task", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("position", JSON_TYPE),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        schema=schema,
    )
