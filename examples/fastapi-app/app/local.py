"""A local Clerk for development, with people to sign in as."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path

from clerk_emulator import Emulator

from app.application import WEBHOOKS

PEOPLE = Path(__file__).resolve().parent / "people.yaml"


@contextlib.contextmanager
def run_local_clerk(origin: str) -> Generator[dict[str, str]]:
    """Run a local Clerk until the end of the block, and return the variables for an application at an origin."""
    with Emulator(seed=PEOPLE, webhooks=f"{origin}{WEBHOOKS}") as emulator:
        yield {
            **emulator.environment,
            "CLERK_WEBHOOK_SIGNING_SECRET": emulator.webhooks.endpoints[0]["secret"],
            "CLERK_INSTANCE_ID": emulator.dump()["keys"]["instance_id"],
            "APP_ORIGIN": origin,
        }
