"""What is wrong with a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Violation:
    """A part of a value that violates its schema."""

    keyword: str
    """The violated keyword of the schema, such as `maxLength`."""
    expected: Any
    """The value of the keyword; for `required` the name of the missing property."""
    value: Any
    path: tuple[str | int, ...]
    """The path to the value."""
    message: str
    properties: tuple[str, ...]
    """The names of the properties in the schema."""
