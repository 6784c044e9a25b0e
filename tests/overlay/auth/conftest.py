"""What all tests of authentication share."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from clerkkit.auth import AuthState


@pytest.fixture(autouse=True, scope="module")
def _no_time_passes() -> Iterator[None]:
    """Stop the clock by which clients age keys and count calls, so that slow machines count as fast ones do.

    Tests in which time has to pass give `AuthState` a clock of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AuthState.__init__, "__defaults__", (time.time, lambda: 1000.0))
        yield
