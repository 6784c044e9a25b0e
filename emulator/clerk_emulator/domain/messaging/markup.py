"""The language of templates, a part of Handlebars: `{{variable}}` and `{{#if variable}}...{{else}}...{{/if}}`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from clerk_emulator.errors import ClerkAPIError

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def variables(text: str) -> set[str]:
    """Return the variables that a template has."""
    return {tag.removeprefix("#if").strip() for _, tag in _pieces(text) if tag is not None}


def render(text: str, values: Mapping[str, str], name: str, *, escape: bool) -> str:
    """Return a template with its variables filled in; those without a value are empty.

    `escape` makes values safe in HTML. `name` is the parameter's name in errors. Raises Clerk's 422 for a template that
    is not well-formed.
    """
    rendered: list[str] = []
    shown = [True]
    """Whether the text is shown in each of the blocks around it, the outermost first."""
    for literal, tag in _pieces(text):
        if tag is None:
            if "{{" in literal or "}}" in literal:
                raise _malformed(name, "a tag is not closed")
            rendered.append(literal if shown[-1] else "")
        elif tag.startswith("#if "):
            shown.append(bool(values.get(_variable(tag.removeprefix("#if "), name))) and shown[-1])
        elif tag in ("else", "/if"):
            if len(shown) == 1:
                raise _malformed(name, f"{{{{{tag}}}}} is outside of {{{{#if}}}}")
            before = shown.pop()
            shown += [shown[-1] and not before] if tag == "else" else []
        else:
            value = values.get(_variable(tag, name), "")
            rendered.append((html.escape(value) if escape else value) if shown[-1] else "")
    if len(shown) > 1:
        raise _malformed(name, "{{#if}} is not closed")
    return "".join(rendered)


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the parts of a template: text with None, or a tag with its content."""
    position = 0
    # Not a regular expression: it would search the whole text again for each tag that is not closed.
    while (start := text.find("{{", position)) >= 0 and (end := text.find("}}", start + 2)) >= 0:
        yield text[position:start], None
        position = end + (3 if text.startswith("}", end + 2) else 2)
        yield text[start:position], text[start + 2 : end].removeprefix("{").strip()
    yield text[position:], None


def _variable(text: str, name: str) -> str:
    text = text.strip()
    if not _NAME.fullmatch(text):
        raise _malformed(name, f"{text!r} is not a variable")
    return text


def _malformed(name: str, reason: str) -> ClerkAPIError:
    message = f"{name} is not a valid template: {reason}."
    return ClerkAPIError(422, "invalid_template_body", "is invalid", message, param_name=name)
