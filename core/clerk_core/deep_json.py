"""Parse JSON of any depth and with integers of any length, on which `json.loads` fails."""

from __future__ import annotations

import json
import re
from typing import Any

from clerk_core.guards import is_object

_DIGITS = 600
"""Digits of an integer that Python parses under any setting of `sys.set_int_max_str_digits`."""
_SPACE = re.compile(r"[ \t\n\r]*")


def parse(text: str) -> Any:
    """Parse JSON without recursion, which would limit the depth."""
    root: list[Any] = []
    above: list[Any] = [root]
    key, at = "", _skip_whitespace(text, 0)
    while True:  # at the start of a value
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
        while True:  # after a value, or after an opening bracket
            holder = above[-1]
            at = _skip_whitespace(text, at)
            if holder is root:
                if at != len(text):
                    raise json.JSONDecodeError("Extra data", text, at)
                return root[0]
            symbol = text[at : at + 1]
            if symbol == ("}" if is_object(holder) else "]"):
                above.pop()
                at, opened = at + 1, False
                continue
            if not opened:
                if symbol != ",":
                    raise json.JSONDecodeError("Expecting ',' delimiter", text, at)
                at = _skip_whitespace(text, at + 1)
            if is_object(holder):
                key, at = _parse_key(text, at)
            break


def _parse_key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] != '"':
        raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
    key, at = _scan(text, at)
    at = _skip_whitespace(text, at)
    if text[at : at + 1] != ":":
        raise json.JSONDecodeError("Expecting ':' delimiter", text, at)
    return key, _skip_whitespace(text, at + 1)


def _scan(text: str, at: int) -> tuple[Any, int]:
    try:
        found: tuple[Any, int] = _SCALARS.scan_once(text, at)
    except StopIteration:
        raise json.JSONDecodeError("Expecting value", text, at) from None
    return found


def _skip_whitespace(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _parse_integer(digits: str) -> int:
    if len(digits) <= _DIGITS:
        return int(digits)
    # Split in halves, which is fast enough for a million digits.
    high, low = digits[: len(digits) // 2], digits[len(digits) // 2 :]
    above, below = _parse_integer(high), _parse_integer(low)
    power: int = 10 ** len(low)
    return above * power + (-below if digits[0] == "-" else below)


_SCALARS: Any = json.JSONDecoder(parse_int=_parse_integer)
