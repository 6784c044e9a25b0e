"""Render HTML from Jinja templates. All values are escaped."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from clerk_emulator.html import values as shown
from clerk_emulator.json_types import Json

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = ("html", "dashboard", "pages")
"""The folders of the package that have templates. The name of a template begins with that of its folder."""


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PrefixLoader({folder: FileSystemLoader(_PACKAGE / folder / "templates") for folder in _FOLDERS}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "date_time": shown.date_time,
        "iso_time": shown.iso_time,
        "initials": shown.initials,
    }
    return environment


def render(template: str, values: Json) -> str:
    """Return the HTML of a template with values."""
    return _environment().get_template(template).render(values)
