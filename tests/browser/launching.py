"""The fixture that starts Debian's chromium, for these tests and for those of docs/testing-in-a-browser.md."""

from __future__ import annotations

import os
from typing import Any, NoReturn

import pytest

from tests.browser import chromium


def report_missing(what: str, command: str = "make browser") -> NoReturn:
    """Skip the test, or let it fail where the variable CI is `true`."""
    message = f"{what} is needed: `{command}` makes it"
    pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Debian's chromium."""
    path = chromium.find()
    if path is None:
        report_missing("chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": chromium.arguments()}
