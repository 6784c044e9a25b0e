"""The options of the command line."""

from __future__ import annotations

import argparse
import os

from clerkkit.sync.clients import MAX_DELETIONS, PAGE_SIZE
from clerkkit.sync.schema.kinds import WHOLE_KINDS

DATABASE_VARIABLE = "CLERK_SYNC_DATABASE"
COMMANDS = {
    "backfill": "copy all objects, or go on where the last run stopped",
    "reconcile": "compare the copy with Clerk, and repair it with --yes",
    "status": "show counts, lag, failures and the last runs",
    "replay": "apply events that failed again",
}
_EXIT_CODES = """\
exit codes:
  0  done; for reconcile: the copy equals Clerk's lists, or was repaired
  1  the command failed; a backfill continues where it stopped
  2  an option is wrong
  3  reconcile has found differences and has not repaired all of them, or events have failed (status, replay)
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options. Exits with code 2 if they are wrong."""
    parser = argparse.ArgumentParser(
        "python -m clerkkit sync",
        description="Copy Clerk's data into a database. The key of the instance is in CLERK_SECRET_KEY.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        command.add_argument(
            "--database",
            metavar="URL",
            default=os.environ.get(DATABASE_VARIABLE),
            help=f"the database as a URL of SQLAlchemy; default: the environment's {DATABASE_VARIABLE}",
        )
        command.add_argument("--prefix", default="clerk_", help="the beginning of the names of the tables")
        command.add_argument("--schema", help="the schema of the tables")
        add_options(command, name)
        if name == "backfill":
            command.add_argument("--create-tables", action="store_true", help="create the tables that do not exist")
    options = parser.parse_args(arguments)
    if not options.database:
        parser.error(f"expected --database URL, or the environment variable {DATABASE_VARIABLE}")
    return options


def add_options(parser: argparse.ArgumentParser, command: str) -> None:
    """Add the options of a command that do not say where the copy is."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON, and no progress")
    if command in ("backfill", "reconcile"):
        parser.add_argument("--kinds", type=_split, metavar="KIND,...", help=f"default: all ({', '.join(WHOLE_KINDS)})")
        parser.add_argument("--page-size", type=int, default=PAGE_SIZE, metavar="ROWS")
        parser.add_argument(
            "--rate-limit", type=_rate, metavar="REQUESTS/SECONDS", help="such as 100/10; default: no limit"
        )
    if command == "backfill":
        parser.add_argument("--restart", action="store_true", help="begin again, although the last run was interrupted")
        parser.add_argument("--dry-run", action="store_true", help="only count what Clerk lists; write nothing")
    if command == "reconcile":
        parser.add_argument("--dry-run", action="store_true", help="write nothing, even with --yes")
        parser.add_argument("--yes", action="store_true", help="repair the copy, which marks rows as deleted")
        parser.add_argument(
            "--max-deletions",
            type=float,
            default=MAX_DELETIONS,
            metavar="SHARE",
            help=f"the share of a kind's rows that may be deleted; default: {MAX_DELETIONS}",
        )
    if command == "replay":
        parser.add_argument("--all", action="store_true", help="apply all events of the inbox again")


def _split(text: str) -> list[str]:
    kinds = [kind.strip() for kind in text.split(",")]
    for kind in kinds:
        if kind not in WHOLE_KINDS:
            raise argparse.ArgumentTypeError(f"expected kinds among {', '.join(WHOLE_KINDS)}, got {kind!r}")
    return kinds


def _rate(text: str) -> tuple[int, float]:
    requests, _, seconds = text.partition("/")
    try:
        return int(requests), float(seconds or 10)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected requests and seconds such as 100/10, got {text!r}") from None
