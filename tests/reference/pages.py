"""The committed pages of docs/reference, and their links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.reference.section import ROOT

FOLDER = ROOT / "docs" / "reference"

_LINK = re.compile(r"\]\(([^)#:]*)(#[^)]*)?\)")
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def read(section: str) -> dict[str, str]:
    """Return the committed pages of a section, by their paths below docs/reference."""
    return {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((FOLDER / section).rglob("*.md"))
    }


def blocks(page: str, language: str) -> list[str]:
    """Return the code blocks of a page in one language, without indentation."""
    found: list[str] = []
    for indent, name, code in _FENCE.findall(page):
        if name == language:
            found.append("".join(line.removeprefix(indent) for line in code.splitlines(keepends=True)))
    return found


def broken_links(pages: Mapping[str, str]) -> Iterator[str]:
    """Yield the links to pages or headings that do not exist."""
    anchors: dict[Path, set[str]] = {}
    for name, text in pages.items():
        for target, anchor in _LINK.findall(_FENCE.sub("", text)):
            path = (FOLDER / name).parent / target if target else FOLDER / name
            if not path.exists():
                yield f"{name}: {target}"
            elif anchor:
                if path not in anchors:
                    anchors[path] = set(map(slug, _HEADING.findall(path.read_text(encoding="utf-8"))))
                if anchor[1:] not in anchors[path]:
                    yield f"{name}: {target}{anchor}"


def slug(heading: str) -> str:
    """Return the anchor of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
