"""docs/auth.md has the attacks that are tested."""

from __future__ import annotations

from tests.auth.attack_table import PAGE, with_table


def test_the_page_shows_the_attacks_that_are_tested() -> None:
    """`python -m tests.auth.attack_table` writes them."""
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_table(page)
