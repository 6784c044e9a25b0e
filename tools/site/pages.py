"""The pages of the site: the Markdown files of docs/, and those at the root of the repository that readers look for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.site import markdown

ROOT = Path(__file__).resolve().parents[2]
DOCS = "docs"
FROM_THE_ROOT = {
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
}
GENERATED = "reference/"
"""The folder of the site whose pages are written by `make reference`."""


@dataclass(frozen=True)
class Page:
    """A page: its file in the repository, its path on the site, and its Markdown."""

    source: str
    path: str
    text: str

    @property
    def title(self) -> str:
        """The first heading, without markup."""
        return markdown.title(self.text)

    @property
    def summary(self) -> str:
        """The first sentence, without markup."""
        return markdown.first_sentence(self.text)

    @property
    def is_deprecated(self) -> bool:
        """Whether the page describes a deprecated operation."""
        return '\n!!! warning "Deprecated"\n' in self.text

    @property
    def url(self) -> str:
        """The URL of the page, relative to the site."""
        path = PurePosixPath(self.path)
        folder = path.parent if path.name == "index.md" else path.with_suffix("")
        return "" if folder == PurePosixPath(".") else f"{folder}/"


def path_on_site(source: str) -> str | None:
    """Return the path on the site of a file of the repository; None if it is not part of the site as it is."""
    if source.startswith(f"{DOCS}/"):
        return source.removeprefix(f"{DOCS}/")
    return FROM_THE_ROOT.get(source)


def collect(root: Path = ROOT) -> list[Page]:
    """Return all pages, in the order of their paths."""
    files = [*(root / DOCS).rglob("*.md"), *(root / name for name in FROM_THE_ROOT)]
    return sorted((read(root, file.relative_to(root).as_posix()) for file in files), key=lambda page: page.path)


def read(root: Path, source: str) -> Page:
    """Return the page of a file of the repository."""
    path = path_on_site(source)
    assert path is not None, source
    return Page(source, path, (root / source).read_text(encoding="utf-8"))


def assets(root: Path = ROOT) -> list[str]:
    """Return the files of docs/ that are not pages, such as images."""
    found = (path for path in (root / DOCS).rglob("*") if path.is_file() and path.suffix != ".md")
    return sorted(path.relative_to(root).as_posix() for path in found)
