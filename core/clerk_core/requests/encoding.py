"""Encode arguments as JSON. Values that JSON cannot represent exactly are rejected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any

from clerk_core._unset import UNSET
from clerk_core.guards import is_collection, is_mapping
from clerk_core.models.model import Model

_MAX_DEPTH = 10_000
"""Levels of nesting that servers accept."""

_Member = tuple[str, Any, bool, bool]
"""The text before a value, the value, whether the contract types it, and whether it is an item of a list."""


def encode(value: Any, *, typed: bool) -> bytes:
    """Return the value as ASCII JSON: models and mappings as objects, other collections as arrays.

    Args:
        value: The value to encode.
        typed: Whether the contract types the value. It types arguments, attributes of models, and members of objects
            in lists; whole numbers in them are written without a fraction, `10.0` as `10`. Numbers in free-form
            objects such as metadata are written unchanged.

    Raises:
        TypeError: JSON has no such value, or an object has a key that is not a string.
        ValueError: a number is not finite, a text contains a lone surrogate, an object has the same key twice, or the
            value contains itself or is nested too deeply.
    """
    parts: list[str] = []
    above: list[tuple[Iterator[_Member], str, int]] = []  # a stack, since Python limits recursion
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
            if len(above) == _MAX_DEPTH:
                raise ValueError(f"it is nested more than {_MAX_DEPTH} levels deep")
            is_array = is_collection(inner) and not isinstance(inner, Model)
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
            return "".join(parts).encode("ascii")


def encode_object(members: Mapping[str, bytes]) -> bytes:
    """Return a JSON object whose member values are encoded already."""
    return b"{%s}" % b",".join(
        b"%s:%s" % (encode_basestring_ascii(name).encode("ascii"), value) for name, value in members.items()
    )


def normalize_number(value: Any) -> Any:
    """Return `10` for `10.0`, which servers reject as an integer (of up to 64 bits); return other values unchanged."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**64 else value


def describe_type(value: object) -> str:
    """Return the type of a value for an error."""
    return "UNSET" if value is UNSET else "None" if value is None else type(value).__name__


def _members(value: Any, typed: bool, item: bool) -> Iterator[_Member] | None:
    if isinstance(value, str | int | float):
        return None
    if isinstance(value, Model):
        return _object(((key, inner) for key, inner in vars(value).items() if inner is not UNSET), typed=True)
    if is_mapping(value):
        return _object(value.items(), typed=item)
    return _array(value, typed) if is_collection(value) else None


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
    raise TypeError(f"expected strings for keys, found {describe_type(key)}")


def _scalar(value: Any, typed: bool) -> str:
    if isinstance(value, str):
        return _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if typed:
        value = normalize_number(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        if value - value != 0:  # infinite or NaN
            raise ValueError(f"JSON has no {float.__repr__(value)}")
        return float.__repr__(value)
    raise TypeError(f"found {describe_type(value)}")


def _integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:  # more digits than Python formats
        from decimal import Decimal

        return f"{Decimal(value):f}"


def _string(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds a lone surrogate, which cannot be sent") from None
    return encode_basestring_ascii(value)
