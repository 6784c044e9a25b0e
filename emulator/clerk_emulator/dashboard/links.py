"""Links from the id of an object to its page."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

_PATHS = {
    "user": "/dashboard/users/",
    "org": "/dashboard/organizations/",
    "sess": "/dashboard/sessions/",
    "dlv": "/dashboard/deliveries/",
}
_ID = re.compile(rf'"((?:{"|".join(_PATHS)})_[A-Za-z0-9_]+)"(?!:)')
"""An id as a value in JSON, not as a key."""


def path_of(object_id: str) -> str | None:
    """Return the path of the page about the object with an id; None if there is no such page."""
    folder = _PATHS.get(object_id.partition("_")[0])
    return folder + quote(object_id, safe="") if folder else None


def linked(value: Any) -> Markup:
    """Return a JSON value as escaped HTML, with a line for each key, in which ids are links."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    html = Markup("")
    position = 0
    for match in _ID.finditer(text):
        html += text[position : match.start(1)]  # escaped, because it is added to Markup
        html += Markup('<a href="{}">{}</a>').format(path_of(match[1]), match[1])
        position = match.end(1)
    return html + text[position:]
