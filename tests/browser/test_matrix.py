"""docs/browser-matrix.md is written from results."""

from __future__ import annotations

from tests.browser.matrix import PAGE, TABLES, Result, render

FRONTEND, SERVERS, TOOLS = TABLES


def test_a_flow_fails_if_one_of_its_tests_fails() -> None:
    page = render(
        [
            Result("load", FRONTEND, "cross-origin", True),
            Result("load", FRONTEND, "cross-origin", False),
            Result("load", FRONTEND, "same-origin", True),
            Result("sign out", SERVERS, "django", True),
            Result("tools", TOOLS, "result", True),
        ]
    )
    assert "| flow | cross-origin | same-origin |\n| --- | --- | --- |\n| load | fails | works |\n" in page
    assert "| sign out | not tested | works | not tested |\n" in page
    assert "| flow | result |\n| --- | --- |\n| tools | works |\n" in page


def test_page_has_no_failing_flow() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert "| works |" in text
    assert "fails" not in text
    assert "not tested" not in text
