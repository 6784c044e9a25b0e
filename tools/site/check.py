"""Check the built site without a network: every link and anchor, and that no page loads anything from another host."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.site import markdown

_LOADED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href"}
_LINKED = {"a": "href"}
_NOT_LOADED = {"alternate", "canonical", "next", "prev"}
_HOST = re.compile(r"^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", re.IGNORECASE)


@dataclass
class Report:
    """What the check has found."""

    problems: list[str] = field(default_factory=list[str])
    internal: int = 0
    external: set[str] = field(default_factory=set[str])


class _Reader(HTMLParser):
    """Collects the anchors and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what the tag refers to, and what refers to it."""
        values = dict(attrs)
        if identifier := values.get("id"):
            self.anchors.add(identifier)
        if tag in _LINKED and (target := values.get(_LINKED[tag])):
            self.links.append(target)
        elif tag in _LOADED and (target := values.get(_LOADED[tag])):
            is_link = tag == "link" and set((values.get("rel") or "").split()) & _NOT_LOADED
            (self.links if is_link else self.loaded).append(target)


def check(site: Path) -> Report:
    """Return the problems of all pages and of their Markdown."""
    report = Report()
    readers: dict[str, _Reader] = {}
    for path in _files(site, "*.html"):
        reader = readers[path.relative_to(site).as_posix()] = _Reader()
        reader.feed(path.read_text(encoding="utf-8"))
        reader.close()
    for page, reader in readers.items():
        for target in reader.loaded:
            if urlsplit(target).netloc:
                report.problems.append(f"{page}: loads {target} from another host")
            else:
                _check_internal(site, page, target, readers, report)
        for target in dict.fromkeys(reader.links):
            if urlsplit(target).scheme or urlsplit(target).netloc:
                _check_external(page, target, report)
            else:
                _check_internal(site, page, target, readers, report)
    for path in [*_files(site, "*.md"), site / "llms.txt"]:
        _check_markdown(site, path, report)
    return report


def _files(site: Path, pattern: str) -> list[Path]:
    """Return the files of a kind; the folder of a page that shows base.html has such a name, too."""
    return [path for path in sorted(site.rglob(pattern)) if path.is_file()]


def _check_internal(site: Path, page: str, target: str, readers: dict[str, _Reader], report: Report) -> None:
    report.internal += 1
    parts = urlsplit(target)
    folder = posixpath.dirname(page)
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path))) if parts.path else page
    if page == "404.html":
        path = path.lstrip("/") or "."
    if (site / path).is_dir():
        path = posixpath.normpath(posixpath.join(path, "index.html"))
    if path.startswith("..") or not (site / path).is_file():
        report.problems.append(f"{page}: the link {target} leads to nothing")
    elif parts.fragment and path in readers and unquote(parts.fragment) not in readers[path].anchors:
        report.problems.append(f"{page}: {path} has no anchor #{parts.fragment}")


def _check_external(page: str, target: str, report: Report) -> None:
    report.external.add(target)
    parts = urlsplit(target)
    if parts.scheme == "mailto" and "@" in parts.path:
        return
    if parts.scheme not in {"http", "https"} or not _HOST.match(parts.hostname or "") or re.search(r"\s", target):
        report.problems.append(f"{page}: {target!r} is not a valid URL")


def _check_markdown(site: Path, path: Path, report: Report) -> None:
    """Check that the links of a page's Markdown lead to files of the site."""

    for target in dict.fromkeys(markdown.links(path.read_text(encoding="utf-8"))):
        file = target.partition("#")[0]
        if file and not urlsplit(target).scheme:
            report.internal += 1
            if not (path.parent / file).is_file():
                report.problems.append(f"{path.relative_to(site)}: the link {target} leads to no file")
