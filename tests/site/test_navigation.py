"""The sections of the navigation, and llms.txt, which lists their pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.site import llms, navigation, pages
from tools.site.pages import Page

NAV = """\
site_url: !ENV CLERKKIT_SITE_URL
nav:
  - Start:
      - index.md
      - guides/start.md
  - Guides:
      - guides/*.md
  - Topics:
      - Client: client.md
      - "*.md"
  - Reference: reference/
"""
PATHS = ["index.md", "client.md", "sync.md", "guides/start.md", "guides/b.md", "guides/a.md", "reference/users/list.md"]


def page(path: str) -> Page:
    return Page(f"docs/{path}", path, f"# Title of {path}\n\nThe page {path}. More.\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "mkdocs.yml").write_text(NAV, encoding="utf-8")
    return tmp_path


def test_patterns_stand_for_pages_that_no_entry_names(root: Path) -> None:
    sections, problems = navigation.sections(root, [page(path) for path in sorted(PATHS)])
    assert problems == []
    assert {name: [one.path for one in listed] for name, listed in sections.items()} == {
        "Start": ["index.md", "guides/start.md"],
        "Guides": ["guides/a.md", "guides/b.md"],
        "Topics": ["client.md", "sync.md"],
        "Reference": ["reference/users/list.md"],
    }


def test_deprecated_pages_are_last_in_their_folder(root: Path) -> None:
    deprecated = Page(
        "docs/a.md", "reference/users/get.md", '# users.get\n\n!!! warning "Deprecated"\n\n    Use list.\n'
    )
    listed = [page(path) for path in [*PATHS, "reference/users/index.md", "reference/zones/get.md"]]
    sections, _ = navigation.sections(root, [deprecated, *listed])
    assert [one.path for one in sections["Reference"]] == [
        "reference/users/index.md",
        "reference/users/list.md",
        "reference/users/get.md",
        "reference/zones/get.md",
    ]


def test_pages_that_are_missing_on_either_side_are_problems(root: Path) -> None:
    paths = [path for path in PATHS if path != "client.md"]
    _, problems = navigation.sections(root, [page(path) for path in [*paths, "project/new.md"]])
    assert problems == [
        "mkdocs.yml: `nav` names client.md, which does not exist",
        "mkdocs.yml: `nav` lacks project/new.md",
    ]


def test_pages_of_repository_files_are_not_listed(root: Path) -> None:
    shown = Page("examples/a.py", "repository/examples/a.py.md", "# a.py\n")
    sections, problems = navigation.sections(root, [*map(page, PATHS), shown])
    assert problems == []
    assert shown not in [one for listed in sections.values() for one in listed]


@pytest.mark.parametrize("base", ["", "https://docs.example.com/"])
def test_llms_txt_lists_each_page_with_its_first_sentence(root: Path, base: str) -> None:
    sections, _ = navigation.sections(root, [page(path) for path in PATHS])
    text = llms.index(sections, base)
    assert text.startswith("# clerkkit\n\n> ")
    assert f"## Guides\n\n- [Title of guides/b.md]({base}guides/b.md): The page guides/b.md.\n" in text
    assert text.count("](") == len(PATHS)


def test_the_full_text_leaves_the_reference_out(root: Path) -> None:
    sections, _ = navigation.sections(root, [page(path) for path in PATHS])
    text = llms.full(sections)
    assert "# Title of guides/a.md\n" in text
    assert "reference/users/list.md" not in text


def test_the_navigation_of_the_site_has_every_page() -> None:
    assert navigation.sections(pages.ROOT, pages.collect())[1] == []
