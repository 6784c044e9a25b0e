"""The tables: the copy of Clerk's objects, and the notes."""

from __future__ import annotations

import sqlalchemy as sa
from clerkkit.sync import Change, tables
from sqlalchemy.ext.asyncio import AsyncConnection

metadata = sa.MetaData()
clerk_tables = tables(metadata)
notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    # No foreign key: the event of a new organization can arrive after its first note.
    sa.Column("organization_id", sa.String(255), nullable=False, index=True),
    sa.Column("author_id", sa.String(255), sa.ForeignKey(clerk_tables.users.c.id), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    sqlite_autoincrement=True,  # the id of a deleted note is not used again
)


async def remove_notes_of_deleted_organization(connection: AsyncConnection, change: Change) -> None:
    """Delete the notes of an organization that Clerk has deleted, in the transaction that records this."""
    if change.action == "deleted":
        await connection.execute(notes.delete().where(notes.c.organization_id == change.id))
