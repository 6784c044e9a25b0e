"""Write the index of the events."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_bapi.events import EVENTS
from tools.reference import markdown
from tools.reference.events.page import path_of, summary_of

_PAGE = "events/index.md"
_INTRO = """\
Clerk sends an event to your webhook endpoint for each of these changes. Each page says what causes the event and how
well that is known, shows a handler that has received it from the [local Clerk](../../emulator.md), and lists its data.

`event.type` narrows the class of the event for type checkers. An event of an unknown type is a plain `Model` with all
its keys.
[Webhooks of the emulator](../../webhook-events.md#events) has all causes in one table."""


def render(things: Mapping[str, str]) -> str:
    """Return the index. `things` describes the ids in the examples."""
    rows = [
        (markdown.link(markdown.code(name), path_of(name), source=_PAGE), summary_of(name), f"`{cls.__name__}`")
        for name, cls in EVENTS.items()
    ]
    data = [(f"`{name}`", text) for name, text in things.items()]
    return markdown.page(
        "# Webhook events",
        _INTRO,
        "## Events",
        markdown.table(("type", "when", "class"), rows),
        "## Data of the examples",
        "Each example begins with these objects. `clerk` is a `Clerk`, `emulator` an `Emulator`.",
        markdown.table(("id", "what it is"), data),
    )
