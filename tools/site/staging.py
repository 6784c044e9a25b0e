"""Write the pages that Zensical builds: with front matter, and with links that work on the site.

The links of the repository's pages work on a forge. Here, links between pages follow the pages to their paths on the
site, and links to other files of the repository lead to pages that show them.
"""

from __future__ import annotations

import json
import posixpath
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tools.site import markdown, pages, sources
from tools.site.pages import Page

FOLDER = pages.ROOT / "build" / "pages"


@dataclass(frozen=True)
class Staged:
    """The pages with the links of the site, and the links that lead to nothing in the repository."""

    pages: list[Page]
    problems: list[str]


def stage(root: Path = pages.ROOT, folder: Path = FOLDER) -> Staged:
    """Write all pages and assets.

    A file that has not changed is not written, so that a running server only builds what has changed.
    """
    found = {page.path: page for page in pages.collect(root)}
    staged: dict[str, Page] = {}
    waiting = list(found.values())
    problems: list[str] = []
    while waiting:
        page = waiting.pop()
        if page.path not in staged:
            links = _Links(page, root)
            staged[page.path] = Page(page.source, page.path, markdown.replace_links(page.text, links.replace))
            waiting.extend(links.shown)
            problems.extend(links.problems)
    files = {path: _with_front_matter(page) for path, page in staged.items()}
    written = {folder / path: text.encode() for path, text in files.items()}
    for asset in pages.assets(root):
        written[folder / str(pages.path_on_site(asset))] = (root / asset).read_bytes()
    for path, content in written.items():
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    _remove_others(folder, written)
    return Staged([staged[path] for path in sorted(staged)], problems)


class _Links:
    """The links of a page, changed to work on the site, and the pages of the repository's files that they lead to."""

    def __init__(self, page: Page, root: Path) -> None:
        self._page = page
        self._root = root
        self.shown: list[Page] = []
        self.problems: list[str] = []

    def replace(self, target: str) -> str:
        """Return the target of a link on the site. A link that leads to nothing stays as it is."""
        path, mark, anchor = target.partition("#")
        if not path or ":" in path or path.startswith("/"):
            return target
        source = posixpath.normpath(posixpath.join(posixpath.dirname(self._page.source), path))
        if source.startswith("..") or not (self._root / source).exists():
            self.problems.append(f"{self._page.source}: the link {target} leads to {source}, which does not exist")
            return target
        return posixpath.relpath(self._path_on_site(source), posixpath.dirname(self._page.path) or ".") + mark + anchor

    def _path_on_site(self, source: str) -> str:
        if (self._root / source / "index.md").is_file():
            source = f"{source}/index.md"
        is_file = (self._root / source).is_file()
        if is_file and (path := pages.path_on_site(source)):
            return path
        path = sources.path_on_site(self._root, source)
        self.shown.append(Page(source, path, sources.text(self._root, source)))
        return path


def _with_front_matter(page: Page) -> str:
    """Return the text with what the templates in overrides/ read: description, file, and the path of the Markdown."""
    values: dict[str, object] = {"description": page.summary or page.title, "twin": page.path}
    if page.path.startswith(f"{sources.FOLDER}/"):
        values["search"] = {"exclude": True}
    elif not page.path.startswith(pages.GENERATED):
        values["source"] = page.source
    elif page.is_deprecated:
        values["weight"] = 1  # mkdocs-nav-weight puts it last in its folder
    rows = "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
    return f"---\n{rows}---\n\n{page.text}"


def _remove_others(folder: Path, kept: Iterable[Path]) -> None:
    """Remove files of earlier builds, and folders that become empty."""
    files = set(kept)
    folders = {parent for file in files for parent in file.parents}
    for path in folder.rglob("*"):
        if path.is_file() and path not in files:
            path.unlink()
        elif path.is_dir() and path not in folders:
            shutil.rmtree(path)
