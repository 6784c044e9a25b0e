"""The fixture that starts Debian's chromium, for these tests and for those of docs/testing-in-a-browser.md."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser import chromium, npm


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Debian's chromium. Without it tests are skipped, or fail where the variable CI is `true`."""
    path = chromium.find()
    if path is None or not npm.MODULES.is_dir():
        missing = "chromium and Clerk's packages from npm are needed: `make browser` installs them"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return {**browser_type_launch_args, "executable_path": path, "args": chromium.arguments()}
