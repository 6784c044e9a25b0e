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


def check(site: Path, base: str = "/") -> Report:
    """Return the problems of all pages and of their Markdown.

    The site is published below the path `base` of its host.
    """
    checker = _Checker(site, base)
    for page in checker.readers:
        checker.check_page(page)
    for path in [*_files(site, "*.md"), site / "llms.txt"]:
        checker.check_markdown(path)
    return checker.report


def _files(site: Path, pattern: str) -> list[Path]:
    """Return the files that match a pattern. Folders can match too: the page that shows base.html is one."""
    return [path for path in sorted(site.rglob(pattern)) if path.is_file()]


class _Checker:
    """The pages of a site, and what is wrong with them."""

    def __init__(self, site: Path, base: str) -> None:
        self._site = site
        self._base = base
        self.report = Report()
        self.readers: dict[str, _Reader] = {}
        for path in _files(site, "*.html"):
            reader = self.readers[path.relative_to(site).as_posix()] = _Reader()
            reader.feed(path.read_text(encoding="utf-8"))
            reader.close()

    def check_page(self, page: str) -> None:
        """Check what a page loads, and where its links lead."""
        reader = self.readers[page]
        for target in reader.loaded:
            if urlsplit(target).netloc:
                self.report.problems.append(f"{page}: loads {target} from another host")
            else:
                self._check_internal(page, target)
        for target in dict.fromkeys(reader.links):
            if urlsplit(target).scheme or urlsplit(target).netloc:
                self._check_external(page, target)
            else:
                self._check_internal(page, target)

    def check_markdown(self, path: Path) -> None:
        """Check that the links of a page's Markdown lead to files of the site."""
        for target in dict.fromkeys(markdown.links(path.read_text(encoding="utf-8"))):
            file = target.partition("#")[0]
            if file and not urlsplit(target).scheme:
                self.report.internal += 1
                if not (path.parent / file).is_file():
                    self.report.problems.append(f"{path.relative_to(self._site)}: the link {target} leads to no file")

    def _check_internal(self, page: str, target: str) -> None:
        self.report.internal += 1
        parts = urlsplit(target)
        path = self._file_of(page, unquote(parts.path))
        if path.startswith("..") or not (self._site / path).is_file():
            self.report.problems.append(f"{page}: the link {target} leads to nothing")
        elif parts.fragment and path in self.readers and unquote(parts.fragment) not in self.readers[path].anchors:
            self.report.problems.append(f"{page}: {path} has no anchor #{parts.fragment}")

    def _file_of(self, page: str, path: str) -> str:
        """Return the file that a server sends for the path of a link."""
        if not path:
            return page
        folder = posixpath.dirname(page)
        if path.startswith("/"):
            folder, path = ("", path.removeprefix(self._base)) if path.startswith(self._base) else ("..", path)
        file = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        return posixpath.normpath(f"{file}/index.html") if (self._site / file).is_dir() else file

    def _check_external(self, page: str, target: str) -> None:
        self.report.external.add(target)
        parts = urlsplit(target)
        if parts.scheme == "mailto" and "@" in parts.path:
            return
        if parts.scheme not in {"http", "https"} or not _HOST.match(parts.hostname or "") or re.search(r"\s", target):
            self.report.problems.append(f"{page}: {target!r} is not a valid URL")
