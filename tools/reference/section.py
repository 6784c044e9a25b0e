"""What the generator of each section returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""This checkout."""


@dataclass(frozen=True)
class Section:
    """The pages of a section, and what they lack."""

    pages: Mapping[str, str]
    """The Markdown of each page, by its path below docs/reference."""
    problems: Sequence[str] = ()
    """What is missing, such as an example; `--check` fails for these."""


class SectionFailed(Exception):
    """The pages of a section cannot be made; the message says why."""
