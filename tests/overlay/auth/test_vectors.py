"""Rows that others recorded, judged as they were; docs/auth-vectors.md shows the table."""

from __future__ import annotations

import pytest

from tests.overlay.auth.vectors import DIFFERS, FILES, PAGE, judged


@pytest.mark.parametrize("file", FILES)
def test_every_row_is_judged_as_recorded_or_differs_for_a_reason(file: str) -> None:
    verdicts = list(judged(file))
    assert verdicts
    differing = {verdict.row["test"]: verdict for verdict in verdicts if not verdict.equal}
    for test, verdict in differing.items():
        assert test in DIFFERS, f"{test}\n  recorded: {verdict.expected}\n  here:     {verdict.found}"
    print(f"{file}: {len(verdicts)} rows, {len(verdicts) - len(differing)} equal, {len(differing)} differing")


def test_the_page_tells_of_every_difference() -> None:
    """`python -m tests.overlay.auth.vectors` writes it."""
    page = PAGE.read_text(encoding="utf-8")
    assert all(reason in page for reason in DIFFERS.values())
    assert all(f"| {file} |" in page for file in FILES)
