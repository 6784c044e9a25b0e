"""Results equal those recorded from Clerk's SDKs, or differ for a stated reason."""

from __future__ import annotations

import pytest

from tests.overlay.auth.vectors import DIFFERS, FILES, compare
from tools.auth_vectors import PAGE


@pytest.mark.parametrize("file", FILES)
def test_results_are_equal_or_differ_for_a_stated_reason(file: str) -> None:
    comparisons = list(compare(file))
    assert comparisons
    different = {comparison.row["test"]: comparison for comparison in comparisons if not comparison.is_equal}
    for test, comparison in different.items():
        assert test in DIFFERS, f"{test}\n  recorded: {comparison.expected}\n  here:     {comparison.found}"
    print(f"{file}: {len(comparisons)} rows, {len(comparisons) - len(different)} equal, {len(different)} different")


def test_page_states_every_difference() -> None:
    """`python -m tools.auth_vectors` writes the page."""
    page = PAGE.read_text(encoding="utf-8")
    assert all(reason in page for reason in DIFFERS.values())
    assert all(f"| {file} |" in page for file in FILES)
