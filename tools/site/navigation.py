"""The sections of the site, as `nav` of mkdocs.yml lists them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from tools.site import pages, sources
from tools.site.pages import Page


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, whose values can come from the environment."""


_Loader.add_constructor("!ENV", lambda loader, node: None)


def sections(root: Path, all_pages: list[Page]) -> tuple[dict[str, list[Page]], list[str]]:
    """Return the pages of each section in the order of `nav`, and what is wrong with `nav`.

    A pattern in `nav` includes the matching pages that no other entry names. A folder includes all its pages, and the
    deprecated ones are last.
    """
    nav = yaml.load((root / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)["nav"]
    found = {page.path: page for page in all_pages if not page.path.startswith(f"{sources.FOLDER}/")}
    entries = {name: list(_entries(value)) for section in nav for name, value in section.items()}
    named = {entry for listed in entries.values() for entry in listed}
    paths = {
        name: [path for entry in listed for path in _matching(entry, found, named)] for name, listed in entries.items()
    }
    reached = {path for listed in paths.values() for path in listed}
    problems = [f"mkdocs.yml: `nav` names {path}, which does not exist" for path in sorted(reached - set(found))]
    problems += [f"mkdocs.yml: `nav` lacks {path}" for path in sorted(set(found) - reached)]
    return {name: [found[path] for path in listed if path in found] for name, listed in paths.items()}, problems


def _entries(value: Any) -> Iterator[str]:
    """Yield the paths and patterns below an entry of `nav`."""
    match value:
        case str():
            yield value
        case {**titled}:
            for inner in titled.values():
                yield from _entries(inner)
        case [*listed]:
            for inner in listed:
                yield from _entries(inner)
        case _:
            raise TypeError(f"mkdocs.yml: `nav` has {value!r}; expected a path, a list, or a title with one of them")


def _matching(entry: str, found: dict[str, Page], named: set[str]) -> list[str]:
    if entry.endswith("/"):
        below = [path for path in found if path.startswith(entry)]
        return sorted(below, key=lambda path: (PurePosixPath(path).parent, found[path].is_deprecated, path))
    if "*" not in entry:
        return [entry]
    depth = entry.count("/")
    return [path for path in found if path not in named and path.count("/") == depth and fnmatchcase(path, entry)]


def is_reference(page: Page) -> bool:
    """Return whether a page is written by `make reference`."""
    return page.path.startswith(pages.GENERATED)
