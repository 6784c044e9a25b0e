"""What a drift may say of a value: its type, and the word itself where that is plainly a name of the API's own.

The form of a name is that of Clerk's keys and constants: words of few letters, joined by `_` or `-`. Ids, tokens,
numbers, dates, addresses, domains, sentences and capitalised names of people have another, and are not shown. What
cannot be told from a constant is a single plain word, in lower case, where the contract promises a constant or no
such key.
"""

from __future__ import annotations

import json
import re
from typing import Any

_WORD = "|".join(
    [
        "[a-z]{1,20}[0-9]{0,3}",  # revoked, web3
        "[a-z]{2,20}(?:[A-Z][a-z]{1,20}){1,4}",  # createdAt
        "[A-Z]{1,4}[0-9]{0,3}",  # ES256
        "[a-z][0-9][a-z]",  # m2m, x5t
    ]
)
_NAME = re.compile(f"(?:{_WORD})(?:[_-](?:{_WORD}))*")
_SECRET = re.compile(r"(?:ak|mt|oat|ort|pk|sk|whsec)[_-]")
_LONGEST = 64


def is_name(text: str) -> bool:
    """Whether a text of an answer can be shown; whatever begins like a key or token of Clerk's cannot."""
    return len(text) <= _LONGEST and bool(_NAME.fullmatch(text)) and not _SECRET.match(text)


def type_of(value: Any) -> str:
    """The JSON type of a parsed value; `2.0` is an integer, since JSON knows no difference."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def shown(value: Any) -> str:
    """What can be said of a value where a constant was expected."""
    if isinstance(value, bool):
        return json.dumps(value)
    if not isinstance(value, str):
        return type_of(value)
    return f'"{value}"' if is_name(value) else f"string of {len(value)} characters"
