"""Encode arguments as JSON: what cannot be sent is refused, and nothing is written other than it was given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from json.encoder import encode_basestring_ascii
from typing import Any

from clerk_core._unset import UNSET
from clerk_core.guards import is_items, is_mapping
from clerk_core.model import Model

_DEEPEST = 10_000
"""Levels of nesting; parsers of servers take no more."""

_Member = tuple[str, Any, bool, bool]
"""What is written before a value, the value, whether the contract types it, and whether it is an item of a list."""


def encode(value: Any, *, typed: bool) -> str:
    """Return the value as JSON in ASCII: models and mappings as objects, other collections as arrays.

    Args:
        value: What to encode.
        typed: Whether the contract types the value, as it does arguments, attributes of models, and members of
            objects in lists. Their numbers are written as in a query, so `10.0` as `10`. Numbers in free-form objects
            such as metadata stay as they are.

    Raises:
        TypeError: JSON has no such value, or an object has a key that is not a string.
        ValueError: a number is not finite, a text holds a lone surrogate, an object has one key twice, or the value
            holds itself or is nested too deeply.
    """
    parts: list[str] = []
    above: list[tuple[Iterator[_Member], str, int]] = []  # a loop, as values may be deeper than Python's calls go
    holders: set[int] = set()
    member: _Member = ("", value, typed, False)
    while True:
        lead, inner, typed, item = member
        parts.append(lead)
        members = _members(inner, typed, item)
        if members is None:
            parts.append(_scalar(inner, typed))
        else:
            if id(inner) in holders:
                raise ValueError("it holds itself")
            if len(above) == _DEEPEST:
                raise ValueError(f"it is nested more than {_DEEPEST} levels deep")
            is_array = is_items(inner) and not isinstance(inner, Model)
            parts.append("[" if is_array else "{")
            above.append((members, "]" if is_array else "}", id(inner)))
            holders.add(id(inner))
        while above:
            following = next(above[-1][0], None)
            if following is not None:
                member = following
                break
            _, closing, holder = above.pop()
            parts.append(closing)
            holders.discard(holder)
        else:
            return "".join(parts)


def number(value: Any) -> Any:
    """`10.0` as `10`: a server that asks for an integer (of 64 bits at most) refuses the other."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**64 else value


def found(value: object) -> str:
    """What a value is, for an error."""
    return "UNSET" if value is UNSET else "None" if value is None else type(value).__name__


def _members(value: Any, typed: bool, item: bool) -> Iterator[_Member] | None:
    if isinstance(value, str | int | float):
        return None
    if isinstance(value, Model):
        return _object(((key, inner) for key, inner in vars(value).items() if inner is not UNSET), typed=True)
    if is_mapping(value):
        return _object(value.items(), typed=item)
    return _array(value, typed) if is_items(value) else None


def _object(pairs: Iterable[tuple[Any, Any]], typed: bool) -> Iterator[_Member]:
    written: set[str] = set()
    for key, value in pairs:
        name = _key(key)
        if name in written:
            raise ValueError("two of its keys are the same in JSON, such as 1 and '1'")
        comma = "," if written else ""
        written.add(name)
        yield f"{comma}{name}:", value, typed, False


def _array(items: Iterable[Any], typed: bool) -> Iterator[_Member]:
    comma = ""
    for item in items:
        yield comma, item, typed, typed
        comma = ","


def _key(key: Any) -> str:
    if isinstance(key, str):
        return _string(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return f'"{_integer(key)}"'
    raise TypeError(f"expected strings for keys, found {found(key)}")


def _scalar(value: Any, typed: bool) -> str:
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if typed:
        value = number(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        if value - value != 0:  # infinite, or no number
            raise ValueError(f"JSON has no {float.__repr__(value)}")
        return float.__repr__(value)
    raise TypeError(f"found {found(value)}")


def _integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # more digits than Python writes
        from decimal import Decimal

        return f"{Decimal(value):f}"


def _string(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds a lone surrogate, which cannot be sent") from None
    return encode_basestring_ascii(value)
