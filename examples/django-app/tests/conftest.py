"""The application with the local Clerk, and people of two organizations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from clerk_emulator import Emulator
from clerkkit import Clerk
from clerkkit.integrations.django import client
from clerkkit.testing import webhook_secret
from django.test import Client

from team_notes.local import PEOPLE
from tests.site import Site


@pytest.fixture
def site(clerk_emulator: Emulator, clerk: Clerk, settings: Any, db: None) -> Iterator[Site]:
    """The application with the people of the local Clerk."""
    clerk_emulator.load_seed(PEOPLE)
    for name, value in clerk_emulator.environment.items():
        setattr(settings, name, value)
    settings.CLERK_WEBHOOK_SIGNING_SECRET = webhook_secret()
    settings.CLERK_INSTANCE_ID = clerk_emulator.dump()["keys"]["instance_id"]
    ids = {one.slug: one.id for one in clerk.organizations.iterate()}
    browser = Client(HTTP_HOST="localhost:8000")
    secret: str = settings.CLERK_WEBHOOK_SIGNING_SECRET
    yield Site(browser, clerk, clerk_emulator, secret, ids["engines"], ids["compilers"])
    client().close()
