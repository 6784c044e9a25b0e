"""What a drift may say of a value: its type, and a word only if the contract itself uses it.

A new key or constant of Clerk's is shown if each of its parts is a word of the contract: `created_by_agent` after
`created_at`, `sent_by` and `agent_task`. Anything else that a response holds (ids, tokens, names of people, user names,
passwords) is shown by its type and length, however much it looks like a name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Set
from typing import Any

from clerk_core.words import words

_NAME = re.compile(r"[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
_LONGEST = 64


class Vocabulary:
    """The words of the contract."""

    def __init__(self, known: Set[str]) -> None:
        self._words = known

    def shows(self, text: str) -> bool:
        """Tell whether a text of a response consists of words of the contract only."""
        if len(text) > _LONGEST or not _NAME.fullmatch(text):
            return False
        return text in self._words or all(len(word) > 1 and word in self._words for word in words(text))

    def shown(self, value: Any) -> str:
        """Describe a value where a constant was expected."""
        if isinstance(value, bool):
            return json.dumps(value)
        if not isinstance(value, str):
            return type_of(value)
        return f'"{value}"' if self.shows(value) else f"string of {len(value)} characters"


def type_of(value: Any) -> str:
    """Return the JSON type of a parsed value; `2.0` is an integer, since JSON knows no difference."""
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
