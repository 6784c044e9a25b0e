"""Fixtures of the tests of authentication."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from clerkkit.auth import AuthState
from tests.loopback import respond, serve
from tests.overlay.auth.browser import Browser
from tests.overlay.auth.factories import jwks


@pytest.fixture(autouse=True, scope="module")
def _no_time_passes() -> Iterator[None]:
    """Stop the clock that measures the age of keys and counts calls, so that slow machines give the same results.

    Tests that let time pass give `AuthState` their own clock.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AuthState.__init__, "__defaults__", (time.time, lambda: 1000.0))
        yield


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Create a browser whose Clerk serves only signing keys."""
    with serve(respond(200, jwks())) as server:
        browser = Browser(server)
        yield browser
        browser.clerk.close()
