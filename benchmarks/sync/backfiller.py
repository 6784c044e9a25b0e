"""A process that backfills users until it ends or is killed: `python -m benchmarks.sync.backfiller`.

Reads one JSON object from the standard input: url, secret_key and base_url. Prints a line for each page, then its
memory.
"""

from __future__ import annotations

import json
import resource
import sys

import sqlalchemy as sa

from clerkkit import Clerk
from clerkkit.sync import Sync


def main() -> None:
    given = json.load(sys.stdin)
    engine = sa.create_engine(given["url"])
    with Clerk(given["secret_key"], base_url=given["base_url"]) as clerk:
        sync = Sync(engine, clerk)
        sync.backfill(["users"], progress=lambda progress: print(progress.done, flush=True))
    print(json.dumps({"memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
