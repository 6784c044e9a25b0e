"""Fixtures for pytest: `clerk_emulator`, and the clients `clerk` and `async_clerk` that use it.

One emulator serves all tests of a process. It is reset before each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from clerk_emulator import Emulator
    from clerkkit import AsyncClerk, Clerk


@pytest.fixture(scope="session")
def _clerk_emulator_server() -> Iterator[Emulator]:
    from clerk_emulator import Emulator

    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def clerk_emulator(_clerk_emulator_server: Emulator) -> Emulator:
    """A local Clerk without users, organizations or other data."""
    _clerk_emulator_server.reset()
    return _clerk_emulator_server


@pytest.fixture
def clerk(clerk_emulator: Emulator) -> Iterator[Clerk]:
    """A `Clerk` for `clerk_emulator`, which verifies tokens at the time of the emulator's clock."""
    from clerkkit import Clerk

    with Clerk(clerk_emulator.secret_key, base_url=clerk_emulator.url, clock=clerk_emulator.clock.time) as client:
        yield client


@pytest.fixture
def async_clerk(clerk_emulator: Emulator) -> AsyncClerk:
    """An `AsyncClerk` for `clerk_emulator`, to be used in `async with`."""
    from clerkkit import AsyncClerk

    return AsyncClerk(clerk_emulator.secret_key, base_url=clerk_emulator.url, clock=clerk_emulator.clock.time)
