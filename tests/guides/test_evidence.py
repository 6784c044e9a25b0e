"""Guides link to tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.guides.blocks import guides

TEST = re.compile(r"\[(test_\w+)\]\(([^)#]+\.py)\)")


def missing_tests(page: Path) -> list[str]:
    """Return the tests that a page names and the linked file does not have."""
    return [
        f"{path}: {name}"
        for name, path in TEST.findall(page.read_text(encoding="utf-8"))
        if f"def {name}(" not in (page.parent / path).read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("page", guides(), ids=lambda page: page.stem)
def test_named_tests_exist(page: Path) -> None:
    assert missing_tests(page) == []


def test_a_test_that_does_not_exist_is_found(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_one(): ...\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text("[test_one](test_a.py), [test_two](test_a.py)\n", encoding="utf-8")
    assert missing_tests(page) == ["test_a.py: test_two"]
