"""Fixtures for the tests of the copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.overlay.sync.databases import DRIVERS, Copy, copies


@pytest.fixture(params=DRIVERS)
def create_copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Copy]]:
    """A function that creates an empty copy, with each driver."""
    with copies(request.param, tmp_path) as create:
        yield create


@pytest.fixture
def copy(create_copy: Callable[..., Copy]) -> Copy:
    """An empty copy without a client, with each driver."""
    return create_copy()
