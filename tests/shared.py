"""The reference folder: documents and recordings of others, which are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def shared(*parts: str) -> Path:
    """A path in the folder that CLERKKIT_SHARED names; without it the test is skipped, and fails where CI is `true`."""
    folder = os.environ.get("CLERKKIT_SHARED", "")
    if not folder or not Path(folder).is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("CLERKKIT_SHARED names no folder")
        pytest.skip("CLERKKIT_SHARED is not set")
    return Path(folder, *parts)
