"""With asyncio: many calls at once, and a word in the log wherever an answer departs from Clerk's document.

CLERK_SECRET_KEY=sk_test_... python examples/async_drift.py
"""

from __future__ import annotations

import asyncio
import logging

from clerkkit import AsyncClerk, Drift

log = logging.getLogger("drift")


def report(drifts: list[Drift]) -> None:
    """Types and names only: nothing personal gets into the log."""
    for drift in drifts:
        log.warning("%s %s: %s", drift.operation, drift.pointer, drift.kind)


async def main() -> None:
    """Three questions, one client."""
    async with AsyncClerk(on_drift=report) as clerk:
        count, organizations, invitations = await asyncio.gather(
            clerk.users.count(), clerk.organizations.list(limit=5), clerk.invitations.list(limit=5)
        )
        print(count.total_count, "users,", organizations.total_count, "organizations,", len(invitations), "invitations")


if __name__ == "__main__":
    logging.basicConfig()
    asyncio.run(main())
