"""One emulator serves all tests of a process; each finds it empty, and every answer is held against the contract."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from clerk_emulator import Emulator
from tests.emulator import coverage
from tests.emulator.api import Api


def pytest_configure(config: pytest.Config) -> None:
    """Tell, where it is asked for, which operations the tests have seen."""
    coverage.register(config)


@pytest.fixture(scope="session")
def _server() -> Iterator[Emulator]:
    with Emulator(validate_responses=True, observer=coverage.observe) as emulator:
        yield emulator
        coverage.observe_filled_in(emulator.filled_in)


@pytest.fixture
def emulator(_server: Emulator) -> Iterator[Emulator]:
    """The emulator as it was at the start. A test fails, too, when an answer departs from the contract."""
    _server.reset()
    yield _server
    assert _server.problems == []


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
    """Calls to the emulator, over a real socket, with plain httpx: a referee knows no player."""
    return Api(_http)
