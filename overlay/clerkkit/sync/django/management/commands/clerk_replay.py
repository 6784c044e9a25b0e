"""`manage.py clerk_replay`."""

from clerkkit.sync.django.management.sync_command import SyncCommand


class Command(SyncCommand):
    """Runs `replay` on Django's database."""

    command = "replay"
