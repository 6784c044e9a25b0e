"""Find the units of times, durations and amounts of money for docstrings."""

from __future__ import annotations

import re

from clerk_core.guards import is_list
from generator.contract.nodes import DATE_TIME, UNIX_MS, Node

_MILLISECONDS = "In Unix milliseconds"
_BY_FORMAT = {DATE_TIME: "As RFC 3339 text", "date": "As a date (`2026-01-31`)", UNIX_MS: _MILLISECONDS}
_BY_NAME = (
    (re.compile(r"(^|_)seconds(_|$)|_ttl$|^lifetime$|_skew$"), "In seconds"),
    (re.compile(r"(^|_)days(_|$)"), "In days"),
    (re.compile(r"_at(_ms)?$|(^|_)date$|^expiration$|^period_(start|end)$|^timestamp$"), _MILLISECONDS),
    (re.compile(r"(^|_)amount(_|$)"), "In the smallest unit of the currency, such as cents"),
)


def unit(name: str, schema: Node) -> str | None:
    """Return the unit of a property: by its format, or by its name if it is a number."""
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    kind = schema.get("type")
    if not {"integer", "number"} & set(kind if is_list(kind) else [kind]):
        return None
    return next((unit for pattern, unit in _BY_NAME if pattern.search(name)), None)
