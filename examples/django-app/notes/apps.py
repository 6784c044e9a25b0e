"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class NotesConfig(AppConfig):
    """Notes that the members of an organization share."""

    name = "notes"

    def ready(self) -> None:
        """Connect the receivers of signals."""
        from clerkkit.sync.django.models import ClerkOrganization
        from clerkkit.sync.django.signals import clerk_changed

        from notes.models import remove_notes_of_deleted_organization

        clerk_changed.connect(remove_notes_of_deleted_organization, sender=ClerkOrganization)
