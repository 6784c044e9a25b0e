"""Pages are collected with links that work on the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.site import pages, staging

FILES = {
    "docs/index.md": "# Home\n\nThe home page.\n\n[a](guides/a.md#top) [example](../examples/app.py) [x](https://e.org)\n",
    "docs/guides/a.md": "# A\n\nGuide [changes](../../CHANGELOG.md), [all](../../examples), [in](#top).\n\n## Top\n",
    "docs/guides/picture.png": "png",
    "docs/reference/index.md": "# Reference\n\nAll.\n",
    "docs/reference/users/index.md": "# Users\n\n[up](../index.md) [folder](../../reference)\n",
    "docs/reference/users/list.md": '# users.list\n\nList.\n\n!!! warning "Deprecated"\n\n    Deprecated by Clerk.\n',
    "CHANGELOG.md": "# Changelog\n\nNews. See [docs/guides/a.md](docs/guides/a.md).\n",
    "CONTRIBUTING.md": "# Contributing\n\nHow. [Data](examples/data.json)\n",
    "SECURITY.md": "# Security\n\nWrite.\n",
    "examples/app.py": 'PAGE = """\n````\n"""\n',
    "examples/data.json": "{}",
    "examples/project/README.md": "# A project\n\n[code](../app.py)\n",
    "examples/.hidden": "",
    "examples/image.bin": "\0",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def stage(root: Path) -> dict[str, pages.Page]:
    staged = staging.stage(root, root / "build")
    assert staged.problems == []
    return {page.path: page for page in staged.pages}


def test_links_follow_pages_and_files_to_the_site(root: Path) -> None:
    staged = stage(root)
    assert "[a](guides/a.md#top) [example](repository/examples/app.py.md) [x](https://e.org)" in staged["index.md"].text
    assert "[changes](../project/changelog.md), [all](../repository/examples/index.md)" in staged["guides/a.md"].text
    assert "[docs/guides/a.md](../guides/a.md)" in staged["project/changelog.md"].text
    assert "[Data](../repository/examples/data.json.md)" in staged["project/contributing.md"].text
    assert "[up](../index.md) [folder](../index.md)" in staged["reference/users/index.md"].text


def test_files_of_the_repository_are_shown_whole(root: Path) -> None:
    shown = stage(root)["repository/examples/app.py.md"]
    assert shown.title == "examples/app.py"
    assert shown.text.endswith('`````python\nPAGE = """\n````\n"""\n`````\n')


def test_markdown_of_the_repository_is_a_page_with_links(root: Path) -> None:
    shown = stage(root)["repository/examples/project/readme-md.md"]
    assert shown.text == "# A project\n\n[code](../app.py.md)\n"
    assert shown.url == "repository/examples/project/readme-md/"


def test_a_folder_is_shown_with_its_visible_text_files(root: Path) -> None:
    staged = stage(root)
    assert (
        "- [app.py](app.py.md)\n- [data.json](data.json.md)\n- [project/](project/index.md)\n"
        in staged["repository/examples/index.md"].text
    )
    assert "hidden" not in staged["repository/examples/index.md"].text
    assert "image.bin" not in staged["repository/examples/index.md"].text


def test_front_matter_has_what_the_templates_need(root: Path) -> None:
    stage(root)
    front = (root / "build" / "index.md").read_text(encoding="utf-8").split("---")[1]
    assert front == '\ndescription: "The home page."\ntwin: "index.md"\nsource: "docs/index.md"\n'
    current, deprecated = (
        (root / "build" / "reference" / name).read_text(encoding="utf-8") for name in ("index.md", "users/list.md")
    )
    assert "source:" not in current
    assert "weight: 1\n" in deprecated
    assert "weight:" not in current
    assert '"exclude": true' in (root / "build" / "repository/examples/app.py.md").read_text(encoding="utf-8")


def test_a_link_that_leads_to_nothing_is_a_problem(root: Path) -> None:
    (root / "docs" / "index.md").write_text("# Home\n\n[gone](gone.md) [out](../../etc)\n", encoding="utf-8")
    assert staging.stage(root, root / "build").problems == [
        "docs/index.md: the link gone.md leads to docs/gone.md, which does not exist",
        "docs/index.md: the link ../../etc leads to ../etc, which does not exist",
    ]


def test_unchanged_pages_are_not_written_again_and_removed_ones_go(root: Path) -> None:
    stage(root)
    (root / "docs" / "guides" / "b.md").write_text("# B\n", encoding="utf-8")
    stage(root)
    before = {path: path.stat().st_mtime_ns for path in (root / "build").rglob("*.md")}
    (root / "docs" / "guides" / "b.md").unlink()
    stage(root)
    after = {path: path.stat().st_mtime_ns for path in (root / "build").rglob("*.md")}
    assert set(before) - set(after) == {root / "build" / "guides" / "b.md"}
    assert after == {path: time for path, time in before.items() if path in after}
    assert (root / "build" / "guides" / "picture.png").read_text(encoding="utf-8") == "png"


def test_the_repository_has_no_broken_links(tmp_path: Path) -> None:
    assert staging.stage(folder=tmp_path).problems == []
