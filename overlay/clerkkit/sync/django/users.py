"""A user model whose rows belong to users of Clerk."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models

from clerkkit.sync.django.models import ClerkUser
from clerkkit.sync.schema.values import ID_LENGTH


class AbstractClerkUser(AbstractUser):
    """A user model with the id of the user of Clerk: `class User(AbstractClerkUser): pass`.

    `ClerkBackend` creates the row at the first request of a person.
    """

    clerk_id: models.Field[str | None, str | None] = models.CharField(
        max_length=ID_LENGTH, unique=True, null=True, blank=True
    )

    class Meta(AbstractUser.Meta):
        abstract = True

    @property
    def clerk_user(self) -> Any:
        """The row of the user in the copy; None if there is none, or Clerk has deleted the user."""
        return ClerkUser.objects.filter(id=self.clerk_id).first()
