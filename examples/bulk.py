"""Lock the users whose ids are read from stdin, one per line, with concurrent requests within Clerk's rate limit.

CLERK_SECRET_KEY=sk_test_... python examples/bulk.py < ids.txt
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from clerk_bapi.api import lock_user
from clerkkit import Clerk, ClerkError


def main(lines: Iterable[str]) -> int:
    """Lock the users, print each failure, and return the number of failures."""
    ids = [line.strip() for line in lines if line.strip()]
    failed = 0
    with Clerk(rate_limit=(1000, 10)) as clerk:
        requests = (lock_user(user_id) for user_id in ids)
        for user_id, result in zip(ids, clerk.map(requests, concurrency=16), strict=True):
            if isinstance(result, ClerkError):
                failed += 1
                print(f"{user_id}: {result}", file=sys.stderr)
    print(f"{len(ids) - failed} locked, {failed} failed")
    return failed


if __name__ == "__main__":
    sys.exit(1 if main(sys.stdin) else 0)
