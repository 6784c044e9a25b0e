"""The code blocks of a page, each with the kind of thing a reader does with it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "guides"
HOME = ROOT / "docs" / "index.md"

_FENCE = re.compile(r"^( *)```([\w-]*)[^\n]*\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_FILE_NAME = re.compile(
    r"^(?:#|//|--|<!--|\{#|\"\"\") (?P<path>[\w./-]+\.\w+)(?P<end>, at the end)?(?: -->| #\})?$", re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    """A fenced block. `follows` tells whether nothing but white space is between it and the block before."""

    page: str
    number: int
    language: str
    text: str
    follows: bool

    def __str__(self) -> str:
        return f"{self.page}, block {self.number} ({self.language or 'no language'}): {self.text.splitlines()[0]}"

    @property
    def is_output(self) -> bool:
        """Whether it shows what the block before prints."""
        return self.language in ("", "text")

    @property
    def file(self) -> str | None:
        """The file to save it as, which its first line names."""
        found = self._file_name()
        return found["path"] if found else None

    @property
    def is_appended(self) -> bool:
        """Whether it is added at the end of its file."""
        found = self._file_name()
        return bool(found and found["end"])

    def _file_name(self) -> re.Match[str] | None:
        return _FILE_NAME.fullmatch(self.text.split("\n", 1)[0])


def blocks_of(page: Path) -> list[Block]:
    """Return the blocks of a page, those in tabs and lists too."""
    return list(_blocks(page.name, page.read_text(encoding="utf-8")))


def _blocks(page: str, text: str) -> Iterator[Block]:
    end = 0
    for number, fence in enumerate(_FENCE.finditer(text), start=1):
        follows = number > 1 and not text[end : fence.start()].strip()
        yield Block(page, number, fence[2], textwrap.dedent(fence[3]), follows)
        end = fence.end()


def guides() -> list[Path]:
    """Return all guides, and the home page of the site."""
    return [HOME, *sorted(FOLDER.glob("*.md"))]


def needs_browser(page: Path) -> bool:
    """Whether a guide's tests start a browser: `make browser` runs it then."""
    return "playwright install" in page.read_text(encoding="utf-8")
