"""The API: JSON, for session tokens in the header `Authorization` or in cookies."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from clerkkit.integrations.fastapi import require_auth
from fastapi import APIRouter, Depends, HTTPException, Path
from pydantic import BaseModel, Field

from app import notes
from app.callers import MODERATE, ActiveMember, Copy, Member

router = APIRouter(prefix="/api")

NoteId = Annotated[int, Path(le=notes.LARGEST_ID)]

moderator = Depends(require_auth(permission=MODERATE))


class Caller(BaseModel):
    """The caller, with the active organization."""

    user_id: str
    organization_id: str
    role: str | None
    can_moderate: bool


class NewNote(BaseModel):
    """A note to add."""

    text: str = Field(min_length=1, max_length=notes.LONGEST_TEXT, pattern=notes.TEXT_PATTERN)


class NoteResource(BaseModel):
    """A note."""

    id: int
    text: str
    created_at: datetime
    author_id: str
    author: str


class NoteReference(BaseModel):
    """The id of a note."""

    id: int


@router.get("/me")
async def show_caller(member: ActiveMember) -> Caller:
    """Return the caller."""
    return Caller(
        user_id=member.user_id,
        organization_id=member.organization_id,
        role=member.session.org_role,
        can_moderate=member.can_moderate,
    )


@router.get("/notes")
async def list_notes(sync: Copy, member: ActiveMember) -> list[NoteResource]:
    """Return the newest notes of the active organization."""
    return [NoteResource(**asdict(note)) for note in await notes.list_notes(sync, member.organization_id)]


@router.post("/notes", status_code=201)
async def add_note(sync: Copy, member: ActiveMember, note: NewNote) -> NoteReference:
    """Add a note to the active organization."""
    note_id = await notes.add_note(sync, member.organization_id, member.session, note.text)
    if note_id is None:
        raise HTTPException(403, "the account was deleted")
    return NoteReference(id=note_id)


@router.delete("/notes/{note_id}", status_code=204)
async def delete_note(sync: Copy, member: ActiveMember, note_id: NoteId) -> None:
    """Delete a note of the caller."""
    await _delete(sync, member, note_id, member.user_id)


@router.delete("/moderation/notes/{note_id}", status_code=204, dependencies=[moderator])
async def moderate_note(sync: Copy, member: ActiveMember, note_id: NoteId) -> None:
    """Delete a note of anybody in the active organization. Needs the permission `org:notes:moderate`."""
    await _delete(sync, member, note_id, None)


async def _delete(sync: Copy, member: Member, note_id: int, author_id: str | None) -> None:
    if not await notes.delete_note(sync, member.organization_id, note_id, author_id):
        raise HTTPException(404, "there is no such note")
