"""The table of acts and the events that they cause, in spec/event_causes.yaml."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[1] / "spec" / "event_causes.yaml"


@dataclass(frozen=True)
class Cause:
    """The events that an act causes."""

    act: str
    events: tuple[str, ...]
    """In order. `?` marks one that only some requests cause, `*` one for each object."""
    mark: str
    evidence: str
    operations: tuple[str, ...] = ()
    repeats: tuple[str, ...] = ()
    """Operations that do it for each item in turn."""

    @property
    def pattern(self) -> str:
        """A regular expression for the event types, each followed by a space."""
        names_and_marks = (re.fullmatch(r"([\w.]+)([?*]?)", event) for event in self.events)
        return "".join(f"(?:{re.escape(found[1])} ){found[2]}" for found in names_and_marks if found)


@functools.cache
def marks() -> dict[str, str]:
    """Return the marks and what they mean."""
    return dict(_file()["marks"])


@functools.cache
def causes() -> list[Cause]:
    """Return the entries of the table."""
    return [
        Cause(
            act=entry["act"],
            events=tuple(entry["events"].split()),
            mark=entry["mark"],
            evidence=entry["evidence"],
            operations=tuple(entry.get("operations", ())),
            repeats=tuple(entry.get("repeats", ())),
        )
        for entry in _file()["causes"]
    ]


def of_operation(operation_id: str) -> list[Cause]:
    """Return the entries of an operation."""
    return [cause for cause in causes() if operation_id in (*cause.operations, *cause.repeats)]


def allows(operation_id: str, event_types: Sequence[str]) -> bool:
    """Return whether an operation that succeeds can cause these events, in this order."""
    found = of_operation(operation_id)
    repeated = any(operation_id in cause.repeats for cause in found)
    pattern = f"(?:{'|'.join(cause.pattern for cause in found)}){'*' if repeated else ''}"
    return bool(found) and re.fullmatch(pattern, "".join(f"{one} " for one in event_types)) is not None


@functools.cache
def _file() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return data
