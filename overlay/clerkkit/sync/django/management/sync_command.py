"""What the management commands share."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clerk_core import ClerkError
from clerkkit.sync.command.command import execute
from clerkkit.sync.command.options import COMMANDS, add_options
from clerkkit.sync.django.connection import get_sync


class SyncCommand(BaseCommand):
    """Runs a command of `python -m clerkkit sync` on Django's database, with the same options and exit codes."""

    command: str

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.help = COMMANDS[self.command]

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options of the command."""
        add_options(parser, self.command)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        try:
            output, code = execute(get_sync(), self.command, Namespace(**options))
        except ClerkError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(output)
        if code:
            sys.exit(code)
