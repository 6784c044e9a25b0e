"""`manage.py clerk_backfill`."""

from clerkkit.sync.django.management.sync_command import SyncCommand


class Command(SyncCommand):
    """Runs `backfill` on Django's database."""

    command = "backfill"
