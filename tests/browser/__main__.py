"""`python -m tests.browser`: install what the tests in the browser need, and run them with pytest's arguments."""

from __future__ import annotations

import sys

import pytest

from tests.browser import chromium, npm


def main(*arguments: str) -> int:
    """Return the exit code of pytest."""
    chromium.install()
    npm.install()
    return pytest.main([str(npm.ROOT / "tests" / "browser"), *arguments])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
