"""All tests of a process share an emulator, which is reset for each test and validates its responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator import coverage
from tests.emulator.api import Api
from tests.emulator.event_checks import EventChecker


def pytest_configure(config: pytest.Config) -> None:
    """Report which operations the tests have called, if enabled."""
    coverage.register(config)


_EVENTS = EventChecker()


@pytest.fixture(scope="session")
def _server() -> Iterator[Emulator]:
    def observe(operation_id: str, status: int, body: Any) -> None:
        coverage.observe(operation_id, status, body)
        _EVENTS.observe(operation_id, status, body)

    with Emulator(validate_responses=True, observer=observe) as emulator:
        _EVENTS.emulator = emulator
        yield emulator
        coverage.observe_filled_in(emulator.filled_in)


@pytest.fixture
def emulator(_server: Emulator) -> Iterator[Emulator]:
    """The emulator in its initial state. The test fails if a response or an event violates Clerk's documents."""
    _server.reset()
    _EVENTS.violations.clear()
    yield _server
    assert _server.problems == []
    assert _server.left_out == set()
    _EVENTS.check_new()
    assert _EVENTS.violations == []


@pytest.fixture(scope="session")
def _http(_server: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=_server.url,
        headers={"Authorization": f"Bearer {_server.secret_key}"},
        trust_env=False,
        timeout=10,
    ) as client:
        yield client


@pytest.fixture
def api(emulator: Emulator, _http: httpx.Client) -> Api:
    """Calls to the emulator over a real socket with plain httpx, independent of clerkkit."""
    return Api(_http)
