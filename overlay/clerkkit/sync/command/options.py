"""The options of the command line."""

from __future__ import annotations

import argparse
import os

from clerkkit.sync.clients import MAX_DELETIONS, PAGE_SIZE
from clerkkit.sync.schema.kinds import WHOLE_KINDS

DATABASE_VARIABLE = "CLERK_SYNC_DATABASE"
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
    backfill = commands.add_parser("backfill", help="copy all objects, or go on where the last run stopped")
    reconcile = commands.add_parser("reconcile", help="compare the copy with Clerk, and repair it with --yes")
    status = commands.add_parser("status", help="show counts, lag, failures and the last runs")
    replay = commands.add_parser("replay", help="apply events that failed again")
    for command in (backfill, reconcile, status, replay):
        command.add_argument(
            "--database",
            metavar="URL",
            default=os.environ.get(DATABASE_VARIABLE),
            help=f"the database as a URL of SQLAlchemy; default: the environment's {DATABASE_VARIABLE}",
        )
        command.add_argument("--prefix", default="clerk_", help="the beginning of the names of the tables")
        command.add_argument("--schema", help="the schema of the tables")
        command.add_argument("--json", action="store_true", help="print the result as JSON, and no progress")
    for command in (backfill, reconcile):
        command.add_argument(
            "--kinds",
            type=_split,
            metavar="KIND,...",
            help=f"default: all ({', '.join(WHOLE_KINDS)})",
        )
        command.add_argument("--page-size", type=int, default=PAGE_SIZE, metavar="ROWS")
        command.add_argument(
            "--rate-limit", type=_rate, metavar="REQUESTS/SECONDS", help="such as 100/10; default: no limit"
        )
    backfill.add_argument("--restart", action="store_true", help="begin again, although the last run was interrupted")
    backfill.add_argument("--create-tables", action="store_true", help="create the tables that do not exist")
    backfill.add_argument("--dry-run", action="store_true", help="only count what Clerk lists; write nothing")
    reconcile.add_argument("--dry-run", action="store_true", help="write nothing, even with --yes")
    reconcile.add_argument("--yes", action="store_true", help="repair the copy, which marks rows as deleted")
    reconcile.add_argument(
        "--max-deletions",
        type=float,
        default=MAX_DELETIONS,
        metavar="SHARE",
        help=f"the share of a kind's rows that may be deleted; default: {MAX_DELETIONS}",
    )
    replay.add_argument("--all", action="store_true", help="apply all events of the inbox again")
    options = parser.parse_args(arguments)
    if not options.database:
        parser.error(f"expected --database URL, or the environment variable {DATABASE_VARIABLE}")
    return options


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
