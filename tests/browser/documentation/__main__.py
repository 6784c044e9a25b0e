"""`python -m tests.browser.documentation`: run these tests alone; they need no package of Clerk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.browser import chromium


def main(*arguments: str) -> int:
    """Return the exit code of pytest."""
    chromium.install()
    return pytest.main([str(Path(__file__).parent), *arguments])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
