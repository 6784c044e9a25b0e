"""Blocks of guides that do not run as the page shows them, and the tests that check them instead."""

from __future__ import annotations

from tests.guides.blocks import Block

CHECKED_ELSEWHERE: dict[tuple[str, str], str] = {
    ("follow-clerks-api.md", "sh"): "tests/generator/test_updating.py",
}
"""By page and language of the blocks, the file of the test that reads them from the page."""


def is_checked_elsewhere(block: Block) -> bool:
    """Whether another test checks a block."""
    return (block.page, block.language) in CHECKED_ELSEWHERE
