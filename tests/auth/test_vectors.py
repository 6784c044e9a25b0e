"""Rows that others recorded, judged as they were; docs/auth-vectors.md shows the table."""

from __future__ import annotations

import pytest

from tests.auth.vectors import DIFFERS, FILES, judged


@pytest.mark.parametrize("file", FILES)
def test_every_row_is_judged_as_recorded_or_differs_for_a_reason(file: str) -> None:
    verdicts = list(judged(file))
    assert verdicts
    differing = {verdict.row["test"]: verdict for verdict in verdicts if not verdict.equal}
    for test, verdict in differing.items():
        assert test in DIFFERS, f"{test}\n  recorded: {verdict.expected}\n  here:     {verdict.found}"
    print(f"{file}: {len(verdicts)} rows, {len(verdicts) - len(differing)} equal, {len(differing)} differing")
