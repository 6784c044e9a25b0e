"""`manage.py clerk_reconcile`."""

from clerkkit.sync.django.management.sync_command import SyncCommand


class Command(SyncCommand):
    """Runs `reconcile` on Django's database."""

    command = "reconcile"
