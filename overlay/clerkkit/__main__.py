"""`python -m clerkkit`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_USAGE = """\
usage: python -m clerkkit sync ...

  sync    copy Clerk's data into a database: backfill, reconcile, status, replay"""


def main(arguments: Sequence[str]) -> int:
    """Run a command, and return its exit code."""
    if arguments[:1] == ["sync"]:
        from clerkkit.sync.command import run

        return run(arguments[1:])
    print(_USAGE, file=sys.stdout if {"-h", "--help"} & {*arguments} else sys.stderr)
    return 0 if {"-h", "--help"} & {*arguments} else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
