"""Configuration of all tests."""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

# The time of an example varies, because the machine may be busy.
settings.register_profile("clerkkit", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("clerkkit")

# A shell's background jobs ignore SIGINT, and so would the programs that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector from the million objects of all tests, none of which is garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name objects without a stable repr by their type, so that all workers collect the same tests."""
    if isinstance(val, str) and len(val) > 60:
        return f"{val[:60]}..."
    return None if isinstance(val, str | int | float | bool | type | None) or callable(val) else type(val).__name__


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the skipped tests need."""
    skipped = [
        report for report in terminalreporter.stats.get("skipped", ()) if "CLERKKIT_SHARED" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests were skipped: they need Clerk's documents and recordings, in the folder that the "
            "environment variable CLERKKIT_SHARED names"
        )
