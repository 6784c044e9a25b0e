"""Decode JSON, whatever its depth and the length of its integers: `json.loads` alone gives up on valid documents."""

from __future__ import annotations

import json
import re
from typing import Any

from clerk_core.guards import is_object

_DIGITS = 600
"""Digits of an integer that Python reads at once, however it is set."""
_SPACE = re.compile(r"[ \t\n\r]*")


def decode(content: bytes) -> Any:
    """Return the value of a JSON document.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return json.loads(content)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except (RecursionError, ValueError):  # nested too deeply for it, or an integer of more digits than `int` takes
        return _decode(content.decode(json.detect_encoding(content), "surrogatepass"))


def _decode(text: str) -> Any:
    """Do what `json.loads` does, iteratively, so that the depth is not limited by recursion."""
    root: list[Any] = []
    above: list[Any] = [root]
    key, at = "", _skip(text, 0)
    while True:  # a value begins here
        holder = above[-1]
        opened = text[at : at + 1] in ("{", "[")
        if opened:
            value: Any = {} if text[at] == "{" else []
            above.append(value)
            at += 1
        else:
            value, at = _scan(text, at)
        if is_object(holder):
            holder[key] = value
        else:
            holder.append(value)
        while True:  # and has ended, or has no members yet
            holder = above[-1]
            at = _skip(text, at)
            if holder is root:
                if at != len(text):
                    raise json.JSONDecodeError("Extra data", text, at)
                return root[0]
            seen = text[at : at + 1]
            if seen == ("}" if is_object(holder) else "]"):
                above.pop()
                at, opened = at + 1, False
                continue
            if not opened:
                if seen != ",":
                    raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
                at = _skip(text, at + 1)
            if is_object(holder):
                key, at = _key(text, at)
            break


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
    key, at = _scan(text, at)
    at = _skip(text, at)
    if text[at : at + 1] != ":":
        raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
    return key, _skip(text, at + 1)


def _scan(text: str, at: int) -> tuple[Any, int]:
    try:
        found: tuple[Any, int] = _SCALARS.scan_once(text, at)
    except StopIteration:
        raise json.JSONDecodeError("Expecting value", text, at) from None
    return found


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _integer(digits: str) -> int:
    if len(digits) <= _DIGITS:
        return int(digits)
    # By halves, which is fast enough for a million digits.
    high, low = digits[: len(digits) // 2], digits[len(digits) // 2 :]
    above, below = _integer(high), _integer(low)
    power: int = 10 ** len(low)
    return above * power + (-below if digits[0] == "-" else below)


_SCALARS: Any = json.JSONDecoder(parse_int=_integer)
