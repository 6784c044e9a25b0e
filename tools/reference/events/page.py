"""Write the page of an event."""

from __future__ import annotations

import json
from collections.abc import Iterator

from clerk_bapi import Model
from clerk_bapi.events import EVENTS
from tools import event_causes
from tools.reference import cause_table, docstrings, markdown
from tools.reference.events import handlers, ordering
from tools.reference.events.delivery import Delivery
from tools.reference.models import attributes
from tools.reference.models.catalog import classes, read_attributes
from tools.reference.operations.catalog import operations
from tools.reference.operations.masking import shorten

_FRONTEND = "frontend/"
_LISTED_FRONTEND = 4


def render(event_type: str, delivery: Delivery | None) -> str:
    """Return the page of an event."""
    source = path_of(event_type)
    cls = EVENTS[event_type]
    example = _example(delivery, source) if delivery else ["This event is new, and has no example yet."]
    return markdown.page(
        f"# {event_type}",
        summary_of(event_type),
        f"`event` is a `clerkkit.events.{cls.__name__}`.",
        "## What causes it",
        _causes(event_type, source),
        "## Handle it",
        markdown.sync_and_async(*handlers.write(event_type)) if delivery else "",
        *example,
        "## Data",
        *_data(cls, source),
        "## The event",
        attributes.render(read_attributes(cls), source),
        "## Order and duplicates",
        ordering.render(event_type),
        "[Receive webhooks](../../webhooks.md) shows other frameworks, the options and the reasons of a rejection.",
    )


def path_of(event_type: str) -> str:
    """Return the path of the page of an event below docs/reference."""
    return f"events/{event_type}.md"


def summary_of(event_type: str) -> str:
    """Return what the event tells."""
    return docstrings.summary(EVENTS[event_type])


def _causes(event_type: str, source: str) -> str:
    found = [cause for cause in event_causes.causes() if event_type in (event.rstrip("?*") for event in cause.events)]
    rows = [
        (
            cause.act,
            "<br>".join(_operations((*cause.operations, *cause.repeats), source)) or "no operation",
            cause_table.events(cause, source=source, current=event_type),
            cause.mark,
            cause.evidence,
        )
        for cause in found
    ]
    table = markdown.table(("when", "operations", "events, in order", "mark", "evidence"), rows)
    return f"{table}\n\n{cause_table.marks(found)}"


def _operations(ids: tuple[str, ...], source: str) -> Iterator[str]:
    frontend = [name.removeprefix(_FRONTEND) for name in ids if name.startswith(_FRONTEND)]
    for name in ids:
        if operation := operations().get(name):
            yield markdown.link(markdown.code(operation.name), operation.page, source=source)
        elif not name.startswith(_FRONTEND):
            yield markdown.code(name)
    if frontend:
        more = f" and {len(frontend) - _LISTED_FRONTEND} more" if len(frontend) > _LISTED_FRONTEND else ""
        yield f"in the frontend: {', '.join(f'`{name}`' for name in frontend[:_LISTED_FRONTEND])}{more}"


def _example(delivery: Delivery, source: str) -> list[str]:
    start = markdown.link("the data of the examples", "events/index.md#data-of-the-examples", source=source)
    return [
        f"After this code, with {start}, the [local Clerk](../../emulator.md) has delivered it to both handlers:",
        markdown.fence(delivery.code, "python"),
        "They print:",
        markdown.fence(delivery.output, "text"),
        "The body of the delivery, shortened at `...`:",
        markdown.fence(json.dumps(shorten(delivery.event, depth=5), indent=2, ensure_ascii=False), "json"),
    ]


def _data(cls: type[Model], source: str) -> list[str]:
    annotation = str(cls.__annotations__["data"])
    if annotation not in classes():
        return [f"`event.data` is a {attributes.render_type(annotation, source)}."]
    model = classes()[annotation]
    return [
        f"`event.data` is a {attributes.class_link(model.name, source)}: {model.summary[0].lower()}{model.summary[1:]}",
        attributes.render(model.attributes, source),
    ]
