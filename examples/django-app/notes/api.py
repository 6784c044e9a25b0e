"""The API: JSON, for session tokens in the header `Authorization`, or in cookies with Django's CSRF token."""

from __future__ import annotations

from datetime import datetime

from clerkkit.integrations.ninja import require_auth
from clerkkit.sync.django.connection import get_sync
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError

from notes.access import MODERATE, Member, get_session
from notes.models import LONGEST_TEXT, Note

api = NinjaAPI(title="Team notes", auth=require_auth(), docs_url=None)  # the page loads scripts of other sites


class Caller(Schema):
    """The caller, with the active organization."""

    user_id: str
    organization_id: str
    role: str | None
    can_moderate: bool


class NewNote(Schema):
    """A note to add."""

    # PostgreSQL stores no null characters.
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, pattern=r"^[^\x00]+$")


class NoteResource(Schema):
    """A note."""

    id: int
    text: str
    created_at: datetime
    author_id: str
    author: str = Field(alias="author_name")


class NoteReference(Schema):
    """The id of a note."""

    id: int


def _get_member(request: HttpRequest) -> Member:
    session = get_session(request)
    if session.org_id is None:
        raise HttpError(403, "no organization is active in this session")
    return Member(session, session.org_id)


@api.get("/me")
def show_caller(request: HttpRequest) -> Caller:
    """Return the caller."""
    member = _get_member(request)
    return Caller(
        user_id=member.user_id,
        organization_id=member.organization_id,
        role=member.session.org_role,
        can_moderate=member.can_moderate,
    )


@api.get("/notes", response=list[NoteResource])
def list_notes(request: HttpRequest) -> list[Note]:
    """Return the newest notes of the active organization."""
    return [*Note.objects.newest(_get_member(request).organization_id)]


@api.post("/notes", response={201: NoteReference})
def add_note(request: HttpRequest, note: NewNote) -> HttpResponse:
    """Add a note to the active organization."""
    member = _get_member(request)
    if get_sync().ensure_user(member.session) is None:
        raise HttpError(403, "the account was deleted")
    added = Note.objects.create(organization_id=member.organization_id, author_id=member.user_id, text=note.text)
    return JsonResponse({"id": added.id}, status=201)


@api.delete("/notes/{note_id}", response={204: None})
def delete_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Delete a note of the caller."""
    member = _get_member(request)
    return _delete(member, note_id, member.user_id)


@api.delete("/moderation/notes/{note_id}", response={204: None}, auth=require_auth(permission=MODERATE))
def moderate_note(request: HttpRequest, note_id: int) -> HttpResponse:
    """Delete a note of anybody in the active organization. Needs the permission `org:notes:moderate`."""
    return _delete(_get_member(request), note_id, None)


def _delete(member: Member, note_id: int, author_id: str | None) -> HttpResponse:
    if not Note.objects.remove(member.organization_id, note_id, author_id):
        raise HttpError(404, "there is no such note")
    return HttpResponse(status=204)
