"""The app."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import register


class ClerkSyncConfig(AppConfig):
    """The copy of Clerk's objects."""

    name = "clerkkit.sync.django"
    label = "clerk_sync"
    verbose_name = "Clerk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from clerkkit.sync.django.checks import check_settings

        register(check_settings)
