"""The repr of models: no secrets, and a limited depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clerk_core.guards import is_list, is_object
from clerk_core.models.redaction import is_secret, redact_links

_MAX_DEPTH = 50
"""Levels that are shown: more than Clerk's objects have, and less than Python can recurse."""


class Literal:
    """A value whose repr is the given text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def represent(value: Any, base: type[Any], above: tuple[int, ...] = ()) -> str:
    """Return the repr of a value, with `...` for secrets, for values that are nested too deeply, and for cycles.

    Args:
        value: A JSON value, or a model.
        base: The base class of all models.
        above: The ids of the objects that contain the value.
    """
    if isinstance(value, str):
        return repr(redact_links(value))
    if len(above) == _MAX_DEPTH or id(value) in above:
        return "..."
    above = (*above, id(value))
    if isinstance(value, base):
        members = ", ".join(f"{_name(key)}={text}" for key, text in represent_members(value.__dict__, base, above))
        return f"{type(value).__name__}({members})"
    if is_object(value):
        return f"{{{', '.join(f'{key!r}: {text}' for key, text in represent_members(value, base, above))}}}"
    if is_list(value):
        return f"[{', '.join(represent(item, base, above) for item in value)}]"
    try:
        return repr(value)
    except ValueError:  # an integer of more digits than Python formats
        return "..."


def represent_members(values: Mapping[Any, Any], base: type[Any], above: tuple[int, ...]) -> Iterator[tuple[Any, str]]:
    """Yield the keys of an object with the reprs of their values."""
    for key, value in values.items():
        hidden = (isinstance(value, str) or is_list(value)) and is_secret(str(key), values)
        yield key, "..." if hidden else represent(value, base, above)


def _name(key: Any) -> Any:
    """Return a key unchanged if it is printable."""
    return key if str(key).isprintable() else repr(key)
