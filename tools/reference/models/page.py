"""Write the page of a module of models."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tools.reference import markdown, revisions
from tools.reference.models import attributes
from tools.reference.models.catalog import ModelClass, classes
from tools.reference.operations.catalog import by_name

_CODE = re.compile(r"`([\w.]+)`")
_LISTED = 12
"""The operations and classes that a section lists before it only counts the rest."""


def render(module: str, members: Sequence[ModelClass]) -> str:
    """Return the page of a module with its classes."""
    source = members[0].page
    imported = "clerkkit.events" if module == "events" else "clerkkit"
    text = f"Import them from `{imported}`. [Models](index.md) explains the tables."
    return markdown.page(f"# Models of {module}", text, *(block for one in members for block in _section(one, source)))


def _section(one: ModelClass, source: str) -> list[str]:
    blocks = [f"## {one.name}", linked(one.summary, source)]
    if one.rows:
        rows = attributes.class_link(one.rows, source)
        blocks.append(f"It is a sequence of its rows, {rows}: iterate over it, or take `len(page)` and `page[0]`.")
    if one.typed_dict:
        blocks.append(f"Operations accept a dict with the same keys instead (`clerk_bapi.dicts.{one.typed_dict}`).")
    if one.attributes:
        blocks.append(attributes.render(one.attributes, source))
    if one.computed:
        rows_of_table = [
            (f"`{name}`", attributes.render_type(annotation, source), linked(text, source))
            for name, annotation, text in one.computed
        ]
        blocks += ["Computed:", markdown.table(("attribute", "type", "meaning"), rows_of_table)]
    blocks.append("\n".join(f"- {line}" for line in _uses(one, source)))
    if changes := revisions.render_class(one.name):
        blocks += ["Changes in Clerk's revisions:", changes]
    return blocks


def _uses(one: ModelClass, source: str) -> Iterable[str]:
    """Yield where a class is used."""
    for title, used in (("Returned by", one.returned_by), ("Passed to", one.accepted_by)):
        if used:
            links = [markdown.link(markdown.code(each.name), each.page, source=source) for each in used]
            yield f"{title} {_series(links)}."
    if one.sent_with:
        events = [markdown.link(markdown.code(name), f"events/{name}.md", source=source) for name in one.sent_with]
        yield f"Data of the events {_series(events)}."
    if one.part_of:
        yield f"Part of {_series([attributes.class_link(name, source) for name in one.part_of])}."


def linked(text: str, source: str) -> str:
    """Return a text with links to the operations and classes that it names."""

    def link(found: re.Match[str]) -> str:
        operation, model = by_name().get(found[1]), classes().get(found[1])
        if operation:
            return markdown.link(found[0], operation.page, source=source)
        return markdown.link(found[0], model.target, source=source) if model else found[0]

    return _CODE.sub(link, text)


def _series(links: Sequence[str]) -> str:
    if len(links) > _LISTED:
        return f"{', '.join(links[:_LISTED])} and {len(links) - _LISTED} more"
    return markdown.series(links)
