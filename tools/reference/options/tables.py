"""Write tables of options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from clerk_core import InvalidArgument
from tools.reference import markdown
from tools.reference.docstrings import Attribute
from tools.reference.section import SectionFailed


class InvalidOptionAccepted(SectionFailed):
    """An option accepts a value that the page describes as invalid."""


def render(
    options: Iterable[Attribute],
    *,
    variables: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    defaults: bool = True,
) -> str:
    """Return a table of options, with the environment variables and the errors of those that have one."""
    head = ["option", "type"] + (["default"] if defaults else [])
    head += ["variable"] if variables else []
    head += ["meaning"] + (["an error"] if errors else [])
    rows: list[list[str]] = []
    for one in options:
        row = [f"`{one.name}`", f"`{_type(one.annotation)}`"]
        row += [f"`{one.default}`" if one.default else ""] if defaults else []
        row += [f"`{variables[one.name]}`" if one.name in variables else ""] if variables else []
        row += [one.text] + ([errors.get(one.name, "")] if errors else [])
        rows.append(row)
    return markdown.table(head, rows)


def find_errors(
    create: Callable[..., object], invalid: Mapping[str, object], required: Mapping[str, object] | None = None
) -> dict[str, str]:
    """Return the error of each invalid value in Markdown, by option; `required` are options that are always passed.

    Raises InvalidOptionAccepted if a value raises no `InvalidArgument` that names its option.
    """
    found: dict[str, str] = {}
    for name, value in invalid.items():
        try:
            create(**{**(required or {}), name: value})
        except InvalidArgument as error:
            if error.argument != name:
                raise InvalidOptionAccepted(f"{name}={value!r} raises an error about {error.argument}") from error
            found[name] = f"`{name}={_shown(value)}`: {error.problem}"
        else:
            raise InvalidOptionAccepted(f"{name}={value!r} raises no error")
    return found


def _shown(value: object) -> str:
    return "object()" if type(value) is object else repr(value)


def _type(annotation: str) -> str:
    return re.sub(r" \| Unset\b", "", annotation).replace("typing.", "")


def render_attributes(attributes: Iterable[Attribute]) -> str:
    """Return a table of the attributes of a class."""
    rows = [(f"`{one.name}`", f"`{one.annotation}`" if one.annotation else "", one.text) for one in attributes]
    return markdown.table(("attribute", "type", "meaning"), rows) if rows else ""
