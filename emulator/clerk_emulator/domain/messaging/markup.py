"""The language of templates, a part of Handlebars: `{{variable}}` and `{{#if variable}}...{{else}}...{{/if}}`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from clerk_emulator.errors import ClerkAPIError

_TAG = re.compile(r"\{\{\{?\s*(.*?)\s*\}?\}\}", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def variables(text: str) -> set[str]:
    """Return the variables that a template has."""
    return {tag.removeprefix("#if").strip() for tag in _TAG.findall(text)}


def render(text: str, values: Mapping[str, str], name: str, *, escape: bool) -> str:
    """Return a template with its variables filled in; those without a value are empty.

    `escape` makes values safe in HTML. `name` is the parameter's name in errors. Raises Clerk's 422 for a template that
    is not well-formed.
    """
    rendered: list[str] = []
    shown = [True]
    for literal, tag in _pieces(text):
        if tag is None:
            if "{{" in literal or "}}" in literal:
                raise _malformed(name, "a tag is not closed")
            rendered.append(literal if all(shown) else "")
        elif tag.startswith("#if "):
            shown.append(bool(values.get(_variable(tag.removeprefix("#if "), name))))
        elif tag in ("else", "/if"):
            if len(shown) == 1:
                raise _malformed(name, f"{{{{{tag}}}}} is outside of {{{{#if}}}}")
            before = shown.pop()
            shown += [not before] if tag == "else" else []
        else:
            value = values.get(_variable(tag, name), "")
            rendered.append((html.escape(value) if escape else value) if all(shown) else "")
    if len(shown) > 1:
        raise _malformed(name, "{{#if}} is not closed")
    return "".join(rendered)


def _pieces(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield the parts of a template: text with None, or a tag with its content."""
    position = 0
    for match in _TAG.finditer(text):
        yield text[position : match.start()], None
        yield match[0], match[1]
        position = match.end()
    yield text[position:], None


def _variable(text: str, name: str) -> str:
    text = text.strip()
    if not _NAME.fullmatch(text):
        raise _malformed(name, f"{text!r} is not a variable")
    return text


def _malformed(name: str, reason: str) -> ClerkAPIError:
    message = f"{name} is not a valid template: {reason}."
    return ClerkAPIError(422, "invalid_template_body", "is invalid", message, param_name=name)
