"""The application with the local Clerk, and people of two organizations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.testing import webhook_secret
from fastapi.testclient import TestClient

from app.application import create_app
from app.database import metadata
from app.local import PEOPLE
from app.settings import Settings
from tests.site import ORIGIN, Site


@pytest.fixture
def settings(clerk_emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings for the local Clerk, with a new database. The environment and `.env` have none."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {
        **clerk_emulator.environment,
        "APP_ORIGIN": ORIGIN,
        "CLERK_INSTANCE_ID": clerk_emulator.dump()["keys"]["instance_id"],
        "CLERK_WEBHOOK_SIGNING_SECRET": webhook_secret(),
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'notes.db'}",
    }.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def create_tables(settings: Settings) -> None:
    """Create the tables. The copy stays empty, so that tests see what webhooks bring."""
    engine = sa.create_engine(settings.database_url.replace("+aiosqlite", ""))
    metadata.create_all(engine)
    engine.dispose()


@pytest.fixture
def site(settings: Settings, clerk_emulator: Emulator, clerk: Clerk) -> Iterator[Site]:
    """The application with the people of the local Clerk."""
    clerk_emulator.load_seed(PEOPLE)
    ids = {one.slug: one.id for one in clerk.organizations.iterate()}
    create_tables(settings)
    secret = settings.clerk_webhook_signing_secret.get_secret_value()
    app = create_app(settings, clock=clerk_emulator.clock.time)
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as browser:
        yield Site(browser, clerk, clerk_emulator, secret, ids["engines"], ids["compilers"])
