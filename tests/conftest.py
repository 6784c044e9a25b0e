"""What all tests share."""

from __future__ import annotations

import pytest


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Objects whose repr differs from process to process are named by their type, so that all workers see one list."""
    if isinstance(val, str) and len(val) > 60:
        return f"{val[:60]}..."
    return None if isinstance(val, str | int | float | bool | type | None) or callable(val) else type(val).__name__
