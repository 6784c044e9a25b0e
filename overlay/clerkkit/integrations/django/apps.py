"""The application `clerkkit.integrations.django` for `INSTALLED_APPS`, which adds system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register

from clerkkit.integrations.django.checks import check_deployment, check_settings


class ClerkConfig(AppConfig):
    """Registers the checks that `manage.py check` runs."""

    name = "clerkkit.integrations.django"
    label = "clerkkit"
    verbose_name = "Clerk"

    def ready(self) -> None:
        """Register the checks."""
        register(check_settings)
        register(check_deployment, Tags.security, deploy=True)
