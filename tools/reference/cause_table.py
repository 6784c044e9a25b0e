"""The cells that the tables of acts and their events share, on the pages of operations and of events."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools import event_causes
from tools.event_causes import Cause
from tools.reference import markdown

_OFTEN = {"?": " (not always)", "*": " (one for each)"}


def events(cause: Cause, *, source: str, current: str = "") -> str:
    """Return the events of an act with links to their pages; `current` is the event of the page itself."""
    return "<br>".join(_event(text, source, current) for text in cause.events)


def marks(causes: Iterable[Cause]) -> str:
    """Return a list of the marks in a table, with what they mean."""
    meanings = event_causes.marks()
    return "".join(f"- **{mark}**: {meanings[mark]}\n" for mark in dict.fromkeys(cause.mark for cause in causes))


def _event(text: str, source: str, current: str) -> str:
    """Return a link to the page of an event; its type may be followed by `?` or `*`."""
    found = re.fullmatch(r"([\w.]+)([?*]?)", text)
    assert found is not None, text
    name = markdown.code(found[1])
    shown = f"**{name}**" if found[1] == current else markdown.link(name, f"events/{found[1]}.md", source=source)
    return f"{shown}{_OFTEN.get(found[2], '')}"
