"""The notes, which refer to the copy of Clerk's users."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clerkkit.sync import Change
from clerkkit.sync.django.models import ClerkUser
from django.db import models

LONGEST_TEXT = 2000
_PAGE = 100


class NoteManager(models.Manager["Note"]):
    """Finds notes. Each method is limited to one organization."""

    def newest(self, organization_id: str) -> models.QuerySet[Note]:
        """Return the newest notes of an organization, with their authors."""
        found = self.filter(organization_id=organization_id).select_related("author")
        return found.order_by("-id")[:_PAGE]

    def count_by_author(self, organization_id: str) -> dict[str, int]:
        """Return how many notes each user has written in an organization."""
        found = self.filter(organization_id=organization_id).values("author_id")
        return {row["author_id"]: row["number"] for row in found.annotate(number=models.Count("id"))}

    def remove(self, organization_id: str, note_id: int, author_id: str | None) -> bool:
        """Delete a note, and return whether the organization had it. With an author, only a note of this author."""
        found = self.filter(id=note_id, organization_id=organization_id)
        if author_id is not None:
            found = found.filter(author_id=author_id)
        return found.delete()[0] == 1


class Note(models.Model):
    """A note in an organization."""

    id: models.Field[int, int] = models.BigAutoField(primary_key=True)
    # No foreign key: the event of a new organization can arrive after its first note.
    organization_id: models.Field[str, str] = models.CharField(max_length=255, db_index=True)
    # Rows of the copy are never removed.
    author: models.Field[Any, Any] = models.ForeignKey(ClerkUser, on_delete=models.PROTECT, related_name="+")
    author_id: str
    text: models.Field[str, str] = models.TextField(max_length=LONGEST_TEXT)
    created_at: models.Field[datetime, datetime] = models.DateTimeField(auto_now_add=True)

    objects = NoteManager()

    def __str__(self) -> str:
        return f"{self.id} in {self.organization_id}"

    @property
    def author_name(self) -> str:
        """The name of the author."""
        author = self.author
        if author.deleted_at is not None:
            return "Deleted user"
        return " ".join(part for part in (author.first_name, author.last_name) if part) or author.username or "Unnamed"


def remove_notes_of_deleted_organization(change: Change, **_: object) -> None:
    """Delete the notes of an organization that Clerk has deleted, in the transaction that records this."""
    if change.action == "deleted":
        Note.objects.filter(organization_id=change.id).delete()
