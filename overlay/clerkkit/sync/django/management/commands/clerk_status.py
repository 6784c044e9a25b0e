"""`manage.py clerk_status`."""

from clerkkit.sync.django.management.sync_command import SyncCommand


class Command(SyncCommand):
    """Runs `status` on Django's database."""

    command = "status"
