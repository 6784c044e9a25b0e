"""What Clerk had before the webhook endpoint was added."""

from __future__ import annotations

import contextlib
import sqlite3

import anyio
from clerk_emulator import Emulator

from app.backfill import backfill
from app.settings import Settings
from tests.site import Site


def test_backfill_copies_and_can_be_repeated(site: Site, settings: Settings, clerk_emulator: Emulator) -> None:
    for _ in range(2):
        assert anyio.run(backfill, settings) == {"organizations": 2, "users": 3, "memberships": 3}
    with contextlib.closing(sqlite3.connect(settings.database_url.partition("///")[2])) as database:
        assert database.execute("SELECT count(*) FROM clerk_users").fetchone() == (3,)
