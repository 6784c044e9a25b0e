"""Render HTML from Jinja templates. All values are escaped."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from clerk_emulator.html import values as shown
from clerk_emulator.json_types import Json

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = ("html", "dashboard", "pages")
"""The folders of the package that have templates. The name of a template begins with that of its folder."""


_NOT_IN_HTML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
"""Characters that an HTML document must not contain. People can enter them."""


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
    """Return the HTML of a template with values. Characters that HTML does not allow are replaced."""
    return _NOT_IN_HTML.sub("\ufffd", _environment().get_template(template).render(values))
