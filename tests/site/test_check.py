"""The check of the built site finds broken links, and what would be loaded from other hosts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.site import check, structure
from tools.site.pages import Page

PAGE = '<html><body><a href="#top">a</a><h1 id="top">T</h1><a href="../b/#part">b</a>{}</body></html>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, text in {
        "index.html": '<a href="a/">a</a>',
        "a/index.html": PAGE.format(""),
        "b/index.html": '<h2 id="part">P</h2><img src="../picture.png">',
        "404.html": '<a href="/a/">a</a>',
        "a.md": "# A\n\n[b](b.md#part)\n",
        "b.md": "# B\n",
        "llms.txt": "- [A](a.md)\n",
        "picture.png": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_site_whose_links_work_has_no_problems(site: Path) -> None:
    report = check.check(site)
    assert report.problems == []
    assert report.internal == 7


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="../c/">c</a>', "the link ../c/ leads to nothing"),
        ('<a href="../../a/">c</a>', "the link ../../a/ leads to nothing"),
        ('<a href="../b/#other">c</a>', "b/index.html has no anchor #other"),
        ('<a href="#nowhere">c</a>', "a/index.html has no anchor #nowhere"),
        ('<img src="../no.png">', "the link ../no.png leads to nothing"),
        (
            '<script src="https://cdn.example.com/a.js"></script>',
            "loads https://cdn.example.com/a.js from another host",
        ),
        ('<link rel="stylesheet" href="//fonts.example.com/f">', "loads //fonts.example.com/f from another host"),
        ('<a href="https://exa mple.com">c</a>', "'https://exa mple.com' is not a valid URL"),
        ('<a href="https:///path">c</a>', "'https:///path' is not a valid URL"),
        ('<a href="ftp://example.com">c</a>', "'ftp://example.com' is not a valid URL"),
    ],
)
def test_broken_links_are_found(site: Path, html: str, problem: str) -> None:
    (site / "a" / "index.html").write_text(PAGE.format(html), encoding="utf-8")
    assert check.check(site).problems == [f"a/index.html: {problem}"]


@pytest.mark.parametrize(
    ("base", "problems"), [("/docs/", []), ("/", ["a/index.html: the link /docs/b/ leads to nothing"])]
)
def test_links_with_the_path_of_the_host_are_below_the_base(site: Path, base: str, problems: list[str]) -> None:
    (site / "404.html").unlink()
    (site / "a" / "index.html").write_text(PAGE.format('<a href="/docs/b/">c</a>'), encoding="utf-8")
    assert check.check(site, base).problems == problems


@pytest.mark.parametrize("url", ["https://example.com/a?b#c", "http://localhost:8000/", "mailto:a@example.com"])
def test_links_to_other_hosts_are_listed(site: Path, url: str) -> None:
    (site / "a" / "index.html").write_text(PAGE.format(f'<a href="{url}">c</a>'), encoding="utf-8")
    report = check.check(site)
    assert report.problems == []
    assert report.external == {url}


def test_links_of_markdown_are_checked(site: Path) -> None:
    (site / "a.md").write_text("# A\n\n[c](c.md) `[d](d.md)`\n", encoding="utf-8")
    assert check.check(site).problems == ["a.md: the link c.md leads to no file"]


@pytest.mark.parametrize(
    ("markdown", "html", "difference"),
    [
        ("# T\n\n- a\n- b\n", "<h1>T</h1><ul><li>a</li><li>b</li></ul>", None),
        ("# T\n\nText\n- a\n", "<h1>T</h1><p>Text - a</p>", "li: 1 and 0, ul: 1 and 0"),
        ('# T\n\n=== "Sync"\n\n    ```\n    a\n    ```\n\nText\n', "<h1>T</h1><pre>a</pre><p>Text</p>", None),
        ("# T\n\n| a |\n| --- |\n| b |\n", "<h1>T</h1><table><tr></tr></table>", "tr: 2 and 1"),
    ],
)
def test_pages_that_look_different_on_the_forge_are_found(
    tmp_path: Path, markdown: str, html: str, difference: str | None
) -> None:
    (tmp_path / "a").mkdir()
    article = f'<article class="md-content__inner md-typeset">{html}</article>'
    (tmp_path / "a" / "index.html").write_text(article, encoding="utf-8")
    found = structure.differences(tmp_path, [Page("docs/a.md", "a.md", markdown)])
    assert found == ([f"docs/a.md: forge and site differ in {difference}"] if difference else [])
