"""Creates the tables, and copies the users and organizations that Clerk has already: python -m app.backfill

Run it before the application is started for the first time. Running it again does no harm.
"""

from __future__ import annotations

import asyncio

from clerkkit import AsyncClerk
from clerkkit.sync import AsyncSync
from sqlalchemy.ext.asyncio import create_async_engine

from app.database import clerk_tables, metadata
from app.settings import Settings

KINDS = ("users", "organizations", "memberships")


async def backfill(settings: Settings) -> dict[str, int]:
    """Create the tables that are missing, copy Clerk's lists, and return the number of objects by kind."""
    engine = create_async_engine(settings.database_url)
    try:
        async with AsyncClerk(settings.clerk_secret_key.get_secret_value(), base_url=settings.clerk_api_url) as clerk:
            async with engine.begin() as connection:
                await connection.run_sync(metadata.create_all)
            return await AsyncSync(engine, clerk, tables=clerk_tables).backfill(KINDS)
    finally:
        await engine.dispose()


if __name__ == "__main__":
    print(asyncio.run(backfill(Settings.load())))
