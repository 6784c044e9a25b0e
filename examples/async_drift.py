"""Send concurrent requests with asyncio, and log where a response differs from Clerk's document.

CLERK_SECRET_KEY=sk_test_... python examples/async_drift.py
"""

from __future__ import annotations

import asyncio
import logging

from clerkkit import AsyncClerk, Drift

log = logging.getLogger("drift")


def report(drifts: list[Drift]) -> None:
    """Log operation, place and kind of each difference; a `Drift` holds no values of the response."""
    for drift in drifts:
        log.warning("%s %s: %s", drift.operation, drift.pointer, drift.kind)


async def main() -> None:
    """Send three requests with one client."""
    async with AsyncClerk(on_drift=report) as clerk:
        count, organizations, invitations = await asyncio.gather(
            clerk.users.count(), clerk.organizations.list(limit=5), clerk.invitations.list(limit=5)
        )
        print(count.total_count, "users,", organizations.total_count, "organizations,", len(invitations), "invitations")


if __name__ == "__main__":
    logging.basicConfig()
    asyncio.run(main())
