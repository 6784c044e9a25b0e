"""The command line: `python -m clerkkit sync`."""

from clerkkit.sync.command.command import run

__all__ = ["run"]
