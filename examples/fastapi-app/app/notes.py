"""Reads and writes notes. Each function is limited to one organization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from clerkkit.auth import SessionClaims
from clerkkit.sync import AsyncSync

from app.database import clerk_tables, notes

LONGEST_TEXT = 2000
TEXT_PATTERN = r"^[^\x00]+$"
"""PostgreSQL stores no null characters."""
LARGEST_ID = 2**63 - 1
_PAGE = 100


@dataclass(frozen=True)
class Note:
    """A note, with the name of its author."""

    id: int
    text: str
    created_at: datetime
    author_id: str
    author: str


async def list_notes(sync: AsyncSync, organization_id: str) -> list[Note]:
    """Return the newest notes of an organization. The names come from the copy of Clerk's users."""
    users = clerk_tables.users
    found = (
        sa.select(notes, users.c.first_name, users.c.last_name, users.c.username, users.c.deleted_at)
        .join(users, users.c.id == notes.c.author_id)
        .where(notes.c.organization_id == organization_id)
        .order_by(notes.c.id.desc())
        .limit(_PAGE)
    )
    async with sync.begin() as connection:
        rows = (await connection.execute(found)).all()
    return [Note(row.id, row.text, row.created_at, row.author_id, _name(row)) for row in rows]


async def count_by_author(sync: AsyncSync, organization_id: str) -> dict[str, int]:
    """Return how many notes each user has written in an organization."""
    counted = (
        sa.select(notes.c.author_id, sa.func.count())
        .where(notes.c.organization_id == organization_id)
        .group_by(notes.c.author_id)
    )
    async with sync.begin() as connection:
        return {row[0]: row[1] for row in (await connection.execute(counted)).all()}


async def add_note(sync: AsyncSync, organization_id: str, author: SessionClaims, text: str) -> int | None:
    """Add a note, and return its id; None if Clerk has deleted the author."""
    # The row of a new user may be missing, since the event of the sign-up can arrive later.
    if await sync.ensure_user(author) is None:
        return None
    added = notes.insert().values(organization_id=organization_id, author_id=author.user_id, text=text)
    async with sync.begin() as connection:
        note_id: int = (await connection.execute(added.returning(notes.c.id))).scalar_one()
        return note_id


async def delete_note(sync: AsyncSync, organization_id: str, note_id: int, author_id: str | None) -> bool:
    """Delete a note of an organization, and return whether there was one. With an author, only one of this author."""
    deleted = notes.delete().where(notes.c.id == note_id, notes.c.organization_id == organization_id)
    if author_id is not None:
        deleted = deleted.where(notes.c.author_id == author_id)
    async with sync.begin() as connection:
        return (await connection.execute(deleted)).rowcount == 1


def _name(row: sa.Row[tuple[object, ...]]) -> str:
    if row.deleted_at is not None:
        return "Deleted user"
    return " ".join(part for part in (row.first_name, row.last_name) if part) or row.username or "Unnamed user"
