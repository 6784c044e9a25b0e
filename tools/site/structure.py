"""Compare the site with the forge: both must see the same headings, lists, tables and blocks of code in each page.

Python-Markdown, which builds the site, wants a blank line before a list and four spaces of indentation in it.
CommonMark, which forges read, does not. A page that ignores this looks right on the forge and wrong on the site.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from tools.site.pages import Page

_TAGS = {"h1", "h2", "h3", "h4", "li", "ol", "ul", "table", "tr", "pre", "img", "blockquote"}
_ARTICLE = re.compile(r'<article class="md-content__inner.*?</article>', re.DOTALL)
_CONTAINER = re.compile(r"(?:===|!!!|\?\?\?)\+? ")


def differences(site: Path, all_pages: list[Page]) -> list[str]:
    """Return a line for each page whose structure on the site differs from the one on a forge."""
    forge = MarkdownIt("commonmark").enable("table")
    found: list[str] = []
    for page in all_pages:
        article = _ARTICLE.search((site / page.url / "index.html").read_text(encoding="utf-8"))
        on_site = _count(article[0] if article else "")
        on_forge = _count(str(forge.render(_without_containers(page.text))))
        counts = [f"{tag}: {on_forge[tag]} and {on_site[tag]}" for tag in _TAGS if on_forge[tag] != on_site[tag]]
        if counts:
            found.append(f"{page.source}: forge and site differ in {', '.join(sorted(counts))}")
    return found


class _Counter(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count the tag."""
        self.counts[tag] += 1


def _count(html: str) -> Counter[str]:
    counter = _Counter()
    counter.feed(html)
    return counter.counts


def _without_containers(text: str) -> str:
    """Return the text with the content of tabs and notes, which CommonMark does not know, outside of them."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        if _CONTAINER.match(line):
            inside = True
            lines.append("")
        else:
            inside = inside and (not line.strip() or line.startswith("    "))
            lines.append(line[4:] if inside else line)
    return "\n".join(lines)
