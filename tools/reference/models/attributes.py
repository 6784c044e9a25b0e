"""Write tables of attributes, for the pages of models and of events."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.reference import markdown
from tools.reference.models.catalog import Attribute, classes

_NAMES = re.compile(r"[A-Za-z_]\w*")


def render(attributes: Iterable[Attribute], source: str) -> str:
    """Return a table of attributes for a page."""
    rows = [(f"`{one.name}`", render_type(one.annotation, source), one.presence, _meaning(one)) for one in attributes]
    return markdown.table(("attribute", "type", "presence", "meaning"), rows)


def render_type(annotation: str, source: str) -> str:
    """Return a type as code, with links to the models in it."""
    known = classes()
    parts: list[str] = []
    at = 0
    for found in _NAMES.finditer(annotation):
        if found[0] in known:
            parts += [_code(annotation[at : found.start()]), class_link(found[0], source)]
            at = found.end()
    return "".join([*parts, _code(annotation[at:])])


def class_link(name: str, source: str) -> str:
    """Return a link to a class."""
    return markdown.link(markdown.code(name), classes()[name].target, source=source)


def _code(text: str) -> str:
    return f"`{text}`" if text.strip() else text


def _meaning(one: Attribute) -> str:
    sentences = [*one.notes]
    if one.choices:
        values = ", ".join(f"`{value}`" for value in one.choices)
        sentences.append(f"{'Always' if len(one.choices) == 1 else 'One of'} {values}.")
    if one.key != one.name:
        sentences.append(f"The key `{one.key}`.")
    return " ".join(sentences)
