"""The user model of the project."""

from __future__ import annotations

from clerkkit.sync.django.users import AbstractClerkUser


class User(AbstractClerkUser):
    """A user of the project."""

    class Meta(AbstractClerkUser.Meta):
        app_label = "people"
